import type { Database } from '../platform/database.ts';
import { START, type EventStore, type Position } from './event-store.ts';
import { applyOrPark } from './parking.ts';
import type { Subscriber, Transaction } from './subscriber.ts';

/** What a rebuild has done so far. */
export interface Rebuilt {
  readonly events: number;
  /** Of these: events parked, because they or earlier ones of their key could not be applied. */
  readonly parked: number;
}

export interface RebuildParts {
  readonly store: Pick<EventStore, 'readAll' | 'head' | 'storeId'>;
  readonly database: Database;
  /** Told after each batch. */
  readonly onProgress: (progress: Rebuilt & { readonly position: Position; readonly head: Position }) => void;
}

const BATCH_SIZE = 500;
/** Shared by all subscriptions: a rebuild parks beside it too, and only its rows are swapped in. */
const PARKED = 'parked_event';

/**
 * Builds a read model anew from the whole log, in tables beside the live ones, and swaps them in one transaction. Reads
 * and the running subscription go on meanwhile; the subscription then continues behind what was rebuilt. What cannot be
 * applied is parked, in the place of what was parked before.
 */
export async function rebuild(subscriber: Subscriber, parts: RebuildParts): Promise<Rebuilt> {
  const { store, database } = parts;
  const storeId = await store.storeId();
  await database.transaction((sql) => createStaging(sql, subscriber));
  let position = START;
  let [events, parked] = [0, 0];
  let refusedAt: Position | undefined;
  const { types, batchSize: limit = BATCH_SIZE } = subscriber;
  const read = (after: Position) => store.readAll({ after, limit, types });
  for (let next = read(position); ;) {
    const slice = await next;
    const caughtUp = slice.through === position;
    // The next slice is read while this one is applied. Awaited above; a batch that fails leaves it to nobody.
    if (!caughtUp) next = read(slice.through);
    next.catch(() => undefined);
    const head = store.head();
    head.catch(() => undefined);
    if (slice.events.length > 0) {
      await database.transaction(async (sql) => {
        // The subscriber's own statements, on the tables beside: they name no schema. And nothing of it counts before the
        // swap, whose commit is synchronous and makes all before it durable. Sent first, in one write with what follows.
        const set = sql`
          select set_config('search_path', ${`${stagingOf(subscriber)}, public`}, true),
                 set_config('synchronous_commit', 'off', true)`.execute();
        const applying = applyOrPark(subscriber, sql, { events: slice.events, someParked: parked > 0 });
        const [, applied] = await Promise.all([set, applying]);
        parked += slice.events.length - applied.length;
      });
    }
    position = slice.through;
    events += slice.events.length;
    parts.onProgress({ position, head: await head, events, parked });
    if (!caughtUp) continue;
    // Who is refused twice at one position knows the whole log: then the live tables are ahead of the log itself.
    const at = { storeId, position, backwards: refusedAt === position };
    if (await database.transaction((sql) => swap(sql, subscriber, at))) return { events, parked };
    refusedAt = position;
    next = read(position);
  }
}

function stagingOf(subscriber: Subscriber): string {
  return `rebuild_${subscriber.name}`;
}

async function createStaging(sql: Transaction, subscriber: Subscriber): Promise<void> {
  const staging = sql(stagingOf(subscriber));
  await sql`drop schema if exists ${staging} cascade`;
  await sql`create schema ${staging}`;
  for (const table of [...subscriber.tables, PARKED]) {
    await sql`create table ${staging}.${sql(table)} (like public.${sql(table)} including all)`;
  }
}

/**
 * Puts the new tables in the place of the live ones; the running subscription then goes on behind `position`. Answers false
 * where the live ones are further, unless `backwards`: who has just read his own write would find it gone for a moment.
 */
async function swap(
  sql: Transaction,
  subscriber: Subscriber,
  at: { storeId: string; position: Position; backwards: boolean },
): Promise<boolean> {
  const { name } = subscriber;
  // First: whoever moves the checkpoint locks this row before the tables, and finds it moved once we have committed.
  const moved = await sql`
    insert into subscription_checkpoint as live (name, store_id, position) values (${name}, ${at.storeId}, ${at.position})
    on conflict (name) do update set store_id = excluded.store_id, position = excluded.position, updated_at = now()
    where ${at.backwards} or live.store_id <> excluded.store_id or live.position <= excluded.position
    returning 1`;
  if (moved.length === 0) return false;
  const staging = sql(stagingOf(subscriber));
  for (const table of subscriber.tables) {
    await sql`drop table public.${sql(table)}`;
    await sql`alter table ${staging}.${sql(table)} set schema public`;
  }
  await sql`delete from public.${sql(PARKED)} where subscription = ${name}`;
  await sql`insert into public.${sql(PARKED)} select * from ${staging}.${sql(PARKED)}`;
  await sql`drop table ${staging}.${sql(PARKED)}`;
  await sql`drop schema ${staging}`;
  return true;
}
