import type { ISql, Sql } from 'postgres';
import { START, toPosition, type Position } from './event-store.ts';

type Queries = Sql<{ bigint: bigint }>;

/** The checkpoint belongs to another log, or another runner has moved it. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** Where a subscription stands, START when it has never run. Throws `CheckpointError` when it followed another store. */
export async function loadCheckpoint(sql: Queries, name: string, storeId: string): Promise<Position> {
  await sql`
    insert into subscription_checkpoint (name, store_id, position) values (${name}, ${storeId}, ${START})
    on conflict do nothing`;
  const [row] = await sql<{ store_id: string; position: bigint }[]>`
    select store_id, position from subscription_checkpoint where name = ${name}`;
  if (row?.store_id !== storeId) {
    throw new CheckpointError(
      `subscription ${name} followed the event store ${row?.store_id ?? 'none'}, this one is ${storeId}: ` +
        `use the store it belongs to, or rebuild it with "pve projections rebuild ${name}"`,
    );
  }
  return toPosition(row.position);
}

/** Moves a checkpoint by compare-and-set: only the runner that stands at `from` may go on. Throws `CheckpointError`. */
export async function advanceCheckpoint(
  sql: ISql<{ bigint: bigint }>,
  name: string,
  move: { storeId: string; from: Position; to: Position },
): Promise<void> {
  const { count } = await sql`
    update subscription_checkpoint set position = ${move.to}, updated_at = now()
    where name = ${name} and store_id = ${move.storeId} and position = ${move.from}`;
  if (count !== 1)
    throw new CheckpointError(`subscription ${name} is no longer at ${move.from}: another runner took over`);
}

/** Every subscription's checkpoint, by name. */
export async function listCheckpoints(
  sql: Queries,
): Promise<readonly { name: string; store_id: string; position: bigint; updated_at: Date }[]> {
  return await sql<{ name: string; store_id: string; position: bigint; updated_at: Date }[]>`
    select name, store_id, position, updated_at from subscription_checkpoint order by name`;
}
