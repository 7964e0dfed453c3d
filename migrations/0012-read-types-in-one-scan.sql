-- Purpose: reads of some types take the events from the scan that finds them; each was looked up by its position again.
-- Locks: none that anybody could wait for.

create or replace function read_log_of_types(after bigint, through bigint, most integer, only_types text[]) returns setof events
language plpgsql stable rows 500 set enable_seqscan = off set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query
    select e.* from unnest(only_types) as wanted (type) cross join lateral (
      select * from events
      where (type, position) > (wanted.type, after) and (type, position) <= (wanted.type, through)
      order by type, position limit most
    ) e order by e.position limit most;
end $$;
