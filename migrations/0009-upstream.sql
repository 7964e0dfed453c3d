-- Purpose: the budget of upstream calls that all processes share: when the next call may begin, and how many were made
-- today (not a read model: what has been used up is in no log); and the backlog in the order in which it is worked off.
-- Locks: creates a table and functions; the index locks backlog_view against writes while it is built.

create table upstream_budget (
  provider text primary key,
  -- no call begins before; each leased call moves it on by its share of a second
  next_at timestamptz not null default '-infinity',
  -- the day of the upstream's accounts, UTC+9, and the calls leased in it
  day date not null default '-infinity',
  used integer not null default 0
);

-- Leases up to `wanted` calls that begin, `spacing` apart, within `ahead` from now. Fewer are granted when the row of
-- slots is longer than that or the day's limit is reached; with none, `retry_in_ms` is when to ask again.
create function lease_upstream_calls(
  for_provider text, wanted integer, spacing interval, ahead interval, day_limit integer
) returns table (granted integer, starts_in_ms double precision, retry_in_ms double precision, used_today integer)
language plpgsql as $$
declare
  budget upstream_budget;
  asked timestamptz;
  begins timestamptz;
  fitting integer;
begin
  insert into upstream_budget (provider) values (for_provider) on conflict do nothing;
  -- Without the lock two processes would lease the same moment.
  select * into budget from upstream_budget where provider = for_provider for update;
  asked := clock_timestamp();
  if budget.day <> (asked at time zone 'UTC' + interval '9 hours')::date then
    budget.day := (asked at time zone 'UTC' + interval '9 hours')::date;
    budget.used := 0;
  end if;
  begins := greatest(budget.next_at, asked);
  fitting := case when begins > asked + ahead then 0
    else 1 + floor(extract(epoch from asked + ahead - begins) / extract(epoch from spacing)) end;
  granted := greatest(0, least(wanted, fitting, day_limit - budget.used));
  update upstream_budget
    set next_at = case when granted > 0 then begins + granted * spacing else next_at end,
        day = budget.day, used = budget.used + granted
    where provider = for_provider;
  starts_in_ms := 1000 * extract(epoch from begins - asked);
  retry_in_ms := case when budget.used >= day_limit
    then 1000 * extract(epoch from (budget.day + 1) - (asked at time zone 'UTC' + interval '9 hours'))
    else greatest(0, 1000 * extract(epoch from begins + granted * spacing - asked - ahead)) end;
  used_today := budget.used + granted;
  return next;
end $$;

-- The upstream asked us to stay away: no call of any process begins before.
create function hold_upstream_calls(for_provider text, stay_away interval) returns void
language sql as $$
  insert into upstream_budget (provider, next_at) values (for_provider, clock_timestamp() + stay_away)
  on conflict (provider) do update set next_at = greatest(upstream_budget.next_at, excluded.next_at)
$$;

-- Pages of the backlog: interactive first, then the longest waiting.
create index backlog_view_order
  on backlog_view ((case class when 'interactive' then 0 else 1 end), pending_since, character_key);
