-- Purpose: caches tail the settlements by their position, as they tail the answers.
-- Locks: settlement_view against writes while its index is built; the projection waits, reads do not.

create index settlement_view_position on settlement_view (position);
