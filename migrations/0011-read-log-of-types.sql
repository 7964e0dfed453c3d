-- Purpose: reads of few types go by the index of types whatever the planner believes. Where one type makes up nearly the
-- whole log, the primary key with a filter looked as good to it, and each read of a type that is rare then walked the log
-- to its end. No equality: a comparison of rows, in an order that only that index has.
-- Locks: none that anybody could wait for.

create or replace function read_log_of_types(after bigint, through bigint, most integer, only_types text[]) returns setof events
language plpgsql stable rows 500 set enable_seqscan = off set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query
    select events.* from (
      select e.position from unnest(only_types) as wanted (type) cross join lateral (
        select position from events
        where (type, position) > (wanted.type, after) and (type, position) <= (wanted.type, through)
        order by type, position limit most
      ) e order by e.position limit most
    ) chosen join events using (position) order by chosen.position;
end $$;
