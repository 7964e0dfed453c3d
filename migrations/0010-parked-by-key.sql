-- Purpose: events wait behind a parked one of their key; retries are counted, because caches start anew after each.
-- Locks: parked_event while its few rows are rewritten, subscription_checkpoint for a moment; subscriptions wait.

alter table parked_event
  -- what must be applied in order: the stream, where the subscription names nothing else
  add column key text,
  -- in its stream: where it is read again; 0 where it is not known, which is only further to read
  add column revision integer not null default 0,
  -- null: waits behind an earlier one
  alter column error drop not null;
update parked_event p set key = stream,
  revision = coalesce((select e.revision from events e where e.position = p.position), 0);
alter table parked_event alter column key set not null;
create index parked_event_key on parked_event (subscription, key, position);

-- How often parked events were applied after all: the change feeds of the caches go by position, and these come late.
alter table subscription_checkpoint add column retries integer not null default 0;
