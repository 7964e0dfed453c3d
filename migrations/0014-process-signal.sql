-- Purpose: what each API process says of its reads, so that work on a backlog can yield to them. Of this moment only:
-- unlogged, a crash may lose it.
-- Locks: creates a table.

create unlogged table process_signal (
  process_id text primary key,
  -- 99th percentile of what its reads took lately, in ms
  read_p99_ms double precision not null,
  at timestamptz not null
);
