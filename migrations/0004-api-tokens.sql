-- Purpose: tokens of operators. Configuration, not in the log: only a hash of the secret is kept.
-- Locks: creates a table only.

create table api_token (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('operator', 'admin')),
  secret_sha256 text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
