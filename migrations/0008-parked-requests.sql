-- Purpose: the requests that are parked now, for operators. A read model: what was parked before this migration appears with
-- "pve projections rebuild settlement".
-- Locks: creates a table only.

-- Projection "settlement": one row per parked range of a character, kept by its events.
create table parked_request (
  -- log position of the event that parked the range, or last made it grow
  position bigint primary key,
  character_key text not null,
  -- as the upstream was asked for it
  character_name text not null,
  after bigint not null,
  through bigint not null,
  reason text,
  evidence jsonb not null,
  parked_at timestamptz not null
);
create index parked_request_character on parked_request (character_key);
