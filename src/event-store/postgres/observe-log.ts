import type { Client } from '../../platform/database-client.ts';
import { toPosition } from '../event-store.ts';
import type { Position } from '../event-store.ts';
import type { Observation } from './safe-head.ts';

interface ObservationRow {
  readonly run_end: bigint | null;
  readonly last: bigint | null;
  readonly holders: string | null;
}

/** One look at the log from a known head on. */
export async function observeLog(sql: Client, head: Position): Promise<Observation> {
  const [row] = await sql<ObservationRow[]>`select run_end, last, holders from observe_log(${head})`;
  const position = (value: bigint | null | undefined) => (value == null ? undefined : toPosition(value));
  return { runEnd: position(row?.run_end), last: position(row?.last), holders: row?.holders?.split(',') ?? [] };
}
