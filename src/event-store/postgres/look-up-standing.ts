import type { Client } from '../../platform/database-client.ts';
import { toPosition } from '../event-store.ts';
import type { StreamAppend } from '../event-store.ts';
import { firstRevision } from '../refused-append.ts';
import type { Standing } from '../refused-append.ts';

interface StandingRow {
  readonly actual: number | null;
  readonly ids: string | null;
  readonly positions: string | null;
}

/** What the streams of refused appends hold now: one answer per append, in order. */
export async function lookUpStanding(sql: Client, refused: readonly StreamAppend[]): Promise<readonly Standing[]> {
  const rows = await sql<StandingRow[]>`
    select actual, ids, positions from standing_events(
      ${refused.map((append) => append.stream)},
      ${refused.map((append) => firstRevision(append.expectedRevision))},
      ${refused.map((append) => append.events.length)}
    )`;
  return rows.map(({ actual, ids, positions }) => {
    const at = positions?.split(',') ?? [];
    const events = (ids?.split(',') ?? []).map((id, i) => ({ id, position: toPosition(at[i] ?? '') }));
    return { actual: actual ?? 'no-stream', events };
  });
}

/** Whether any of an append's ids stands anywhere in the log. */
export async function anyEventStands(sql: Client, append: StreamAppend): Promise<boolean> {
  const [row] = await sql<{ stands: boolean }[]>`
    select any_event_stands(${append.events.map((event) => event.id)}) as stands`;
  return row?.stands === true;
}
