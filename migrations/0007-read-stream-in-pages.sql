-- Purpose: streams can be read in pages (read_stream gets a limit; null reads to the end).
-- Locks: none that anybody could wait for; processes of the version before call the new function and see no difference.

drop function read_stream(text, integer);

create function read_stream(from_stream text, from_revision integer, most integer default null) returns setof events
language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select * from events where stream = from_stream and revision >= from_revision order by revision limit most;
end $$;
