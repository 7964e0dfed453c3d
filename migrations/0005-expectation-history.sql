-- Purpose: the value of each character over time. A read model: it can be rebuilt from the log.
-- Locks: creates a table only.

-- Projection "expectation_history": one row per calculation. By ocid, not by name: a name may pass to another character.
create table expectation_history (
  ocid text not null,
  -- log position of the calculation: the order of the history, and the cursor of its pages
  position bigint not null,
  calculated_at timestamptz not null,
  fingerprint text not null,
  rule_set text not null,
  engine text not null,
  -- JSON of the active preset's distribution, whole mesos; null where nothing could be valued
  total text,
  unsupported_components integer not null,
  -- also what a page is read by, from the newest row on
  primary key (ocid, position)
);
