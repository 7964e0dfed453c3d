-- Purpose: replay runs as operators see them, and how far back the work of each backlog row reaches.
-- Locks: creates a table; adds a column with a constant default (no rewrite).

-- Subscription "backlog": nothing of the character is pending at or below this position (0: not known).
alter table backlog_view add column pending_after bigint not null default 0;

-- Subscription "backlog" too: work that a run has taken over is not queued beside it, and this is how it is known.
create table replay_view (
  id uuid primary key,
  -- log position of ReplayPlanned: runs are listed in its order
  position bigint not null,
  status text not null,
  -- the high-water mark
  mark bigint not null,
  plan jsonb not null,
  state jsonb not null,
  reconciliation jsonb,
  planned_at timestamptz not null,
  changed_at timestamptz not null
);
create unique index replay_view_position on replay_view (position);
