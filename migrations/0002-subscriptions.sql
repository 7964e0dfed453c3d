-- Purpose: where each subscription stands in the log, and the events it could not apply.
-- Locks: creates tables only.

create table subscription_checkpoint (
  name text primary key,
  store_id uuid not null,
  position bigint not null,
  updated_at timestamptz not null default now()
);

create table parked_event (
  subscription text not null,
  position bigint not null,
  stream text not null,
  type text not null,
  error text not null,
  parked_at timestamptz not null default now(),
  primary key (subscription, position)
);
