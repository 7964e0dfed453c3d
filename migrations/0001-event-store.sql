-- The event log. Locks taken: none that anybody could wait for (everything here is new).

-- The log's identity: positions mean something within one log only. The row is made by the first who asks.
create table event_log (
  only_row boolean primary key default true check (only_row),
  store_id uuid not null default gen_random_uuid()
);

create table events (
  position bigint generated always as identity primary key,
  recorded_at timestamptz not null default clock_timestamp(),
  revision integer not null check (revision >= 0),
  schema_version smallint not null,
  id uuid not null,
  stream text collate "C" not null,
  type text collate "C" not null,
  -- Text, not jsonb: byte-exact for hashes, and half again as fast to read.
  data text not null,
  metadata text not null,
  -- The optimistic lock of a stream: of two writers at the same revision one waits here, and loses.
  constraint events_stream_revision unique (stream, revision),
  constraint events_id unique (id)
);

-- Reads of few types: a subscriber to rare events must not walk the whole log to find them.
create index events_type_position on events (type, position);

-- An event is forever.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the event log only grows: % of % refused', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger events_only_grow before update or delete or truncate on events
  for each statement execute function refuse_change();

-- Positions are drawn in order but become visible in the order of the commits. Every writer therefore holds this shared
-- lock from before its first position is drawn (a statement trigger runs before any default is evaluated) until its
-- transaction has ended and all of it is visible or none ever will be. A reader that meets a gap waits for the holders
-- of that moment. A trigger, so that no writer can forget it. Shared: writers never wait for each other here.
create function hold_writers_lock() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7001, 1);
  return null;
end $$;

create trigger events_writers_lock before insert on events
  for each statement execute function hold_writers_lock();

-- The functions below run without sequential scans: their plans are kept by the session, and one made while the log was
-- small (where reading all of it is cheapest) would be kept while it grows by millions. For the same reason they look
-- rows up by key in scalar subqueries and never join: only a join's plan depends on what is known about the table. And
-- with generic plans: for arrays PostgreSQL would plan every call anew, which costs a lone append twice its work.

-- Appends to independent streams, each at exactly its expected revision (-1: the stream does not exist). Entry i is
-- counts[i] events from firsts[i] on in the arrays. A stream may occur once. Answers one position per entry, that of its
-- last event; 0 where the entry was refused: its revision is taken, its expected revision does not stand, or its id
-- stands elsewhere. Of a refused entry nothing is stored, and its neighbours never notice.
-- Callers sort the entries by stream: two groups that share streams would otherwise deadlock, each waiting for a
-- revision that the other has taken.
create function append_events(
  streams text[], expected integer[], firsts integer[], counts integer[],
  ids uuid[], types text[], schema_versions smallint[], datas text[], metadatas text[]
) returns bigint[] language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  claimed_streams text[];
  claimed_positions bigint[];
  claimed integer := 1;
  answer bigint[];
begin
  -- Only the first event of each entry. Who has it has the stream: to write behind it, it must be seen, so committed.
  with claim as (
    insert into events (stream, revision, id, type, schema_version, data, metadata)
    select e.stream, e.expected + 1, ids[e.f], types[e.f], schema_versions[e.f], datas[e.f], metadatas[e.f]
    from unnest(streams, expected, firsts) with ordinality as e (stream, expected, f, entry)
    where e.expected = -1
      or (select true from events s where s.stream = e.stream and s.revision = e.expected)
    -- Positions and waits follow the order of the entries.
    order by e.entry
    on conflict do nothing
    returning stream, position
  )
  select array_agg(stream), array_agg(position) into claimed_streams, claimed_positions from claim;

  for i in 1 .. cardinality(streams) loop
    if streams[i] = claimed_streams[claimed] then
      answer[i] := claimed_positions[claimed];
      claimed := claimed + 1;
      if counts[i] > 1 then
        insert into events (stream, revision, id, type, schema_version, data, metadata)
        select streams[i], expected[i] + 1 + o, ids[firsts[i] + o], types[firsts[i] + o], schema_versions[firsts[i] + o],
          datas[firsts[i] + o], metadatas[firsts[i] + o]
        from generate_series(1, counts[i] - 1) as o
        order by o;
        answer[i] := (select position from events where stream = streams[i] and revision = expected[i] + counts[i]);
      end if;
    else
      answer[i] := 0;
    end if;
  end loop;
  return answer;
end $$;

-- What a head tracker needs to know, seen in one statement. `run_end`: the end of the unbroken run of positions behind
-- `head` (null when the next one is missing). `last`: the largest position to be seen. `holders`: the transactions that
-- hold the writers' lock. Its statement's snapshot is older than its look at the locks, so whoever has drawn a position
-- up to `last` that is not to be seen either is one of the holders or had ended before the look.
create function observe_log(head bigint) returns table (run_end bigint, last bigint, holders text)
language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select
    (select max(w.position) from (
      select e.position, row_number() over (order by e.position) as n
      from events e where e.position > head order by e.position limit 10000
    ) w where w.position = head + w.n),
    (select max(e.position) from events e),
    (select string_agg(l.virtualtransaction, ',') from pg_locks l
     where l.locktype = 'advisory' and l.classid = 7001 and l.objid = 1 and l.objsubid = 2
       and l.database = (select d.oid from pg_database d where d.datname = current_database()));
end $$;

-- Events in log order with after < position <= through.
create function read_log(after bigint, through bigint, most integer) returns setof events
language plpgsql stable rows 500 set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select * from events where position > after and position <= through order by position limit most;
end $$;

-- The same for some types only. Each type's positions come from its own stretch of the index, so that a rare type costs
-- nothing beside a frequent one.
create function read_log_of_types(after bigint, through bigint, most integer, only_types text[]) returns setof events
language plpgsql stable rows 500 set enable_seqscan = off set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query
    select events.* from (
      select e.position from unnest(only_types) as wanted (type) cross join lateral (
        select position from events where type = wanted.type and position > after and position <= through
        order by position limit most
      ) e order by e.position limit most
    ) chosen join events using (position) order by chosen.position;
end $$;

create function read_stream(from_stream text, from_revision integer) returns setof events
language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select * from events where stream = from_stream and revision >= from_revision order by revision;
end $$;

create function read_last(from_stream text) returns setof events
language plpgsql stable rows 1 set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select * from events where stream = from_stream order by revision desc limit 1;
end $$;

-- What stands where refused entries wanted to go, one row per entry in order: the stream's last revision (null: no
-- stream) and, comma-separated, the ids and positions from `first` on, at most `count` of them.
create function standing_events(streams text[], firsts integer[], counts integer[])
returns table (actual integer, ids text, positions text)
language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select
    (select max(e.revision) from events e where e.stream = wanted.stream),
    (select string_agg(e.id::text, ',' order by e.revision) from events e
     where e.stream = wanted.stream and e.revision >= wanted.first and e.revision < wanted.first + wanted.count),
    (select string_agg(e.position::text, ',' order by e.revision) from events e
     where e.stream = wanted.stream and e.revision >= wanted.first and e.revision < wanted.first + wanted.count)
  from unnest(streams, firsts, counts) with ordinality as wanted (stream, first, count, entry)
  order by wanted.entry;
end $$;

create function any_event_stands(wanted uuid[]) returns boolean
language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return exists (select from events where id = any (wanted));
end $$;
