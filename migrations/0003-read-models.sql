-- Purpose: the read models of requests and expectations. All of it can be rebuilt from the log.
-- Locks: creates tables only.

-- Projection "expectation": who the names are, their last snapshot, their valuation as ready bytes.
create table character_index (
  character_key text primary key,
  ocid text not null,
  confirmed_at timestamptz not null
);

-- `snapshot` is the data of the last SnapshotRecorded with the dates of the last SnapshotConfirmed, `valuation` the data
-- of the last ExpectationCalculated; either may be ahead of the other for a moment.
create table snapshot_view (
  ocid text primary key,
  character_key text not null,
  snapshot text,
  valuation text
);

create table expectation_view (
  character_key text primary key,
  ocid text not null,
  fingerprint text not null,
  as_of timestamptz not null,
  fetch_started_at timestamptz not null,
  -- log position of the event that last changed the row: the change feed of the caches
  changed_at bigint not null,
  etag text not null,
  -- the JSON of API v4, brotli quality 4
  body bytea not null
);
-- The bytes are compressed already: toast would only try again in vain.
alter table expectation_view alter column body set storage external;
create index expectation_view_changed_at on expectation_view (changed_at);

-- Projection "settlement": which requests of a character are settled, and how.
create table settlement_view (
  character_key text not null,
  position bigint not null,
  after bigint not null,
  through bigint not null,
  outcome text not null,
  reason text,
  evidence jsonb not null,
  settled_at timestamptz not null,
  primary key (character_key, position)
);

-- Subscription "backlog" (the dispatcher): one row per character with work pending.
create table backlog_view (
  character_key text primary key,
  character_name text not null,
  class text not null,
  correlation_id text not null,
  -- the newest request pending: its position, and when it was accepted
  through bigint not null,
  requested_at timestamptz not null,
  -- when the longest waiting request was accepted
  pending_since timestamptz not null
);

-- Evidence, not a read model: raw upstream payloads by their hash, so that a better normaliser can be run over them.
create table payload_archive (
  sha256 text primary key,
  body bytea not null,
  archived_at timestamptz not null default now()
);
alter table payload_archive alter column body set storage external;
create index payload_archive_archived_at on payload_archive (archived_at);
