import type { Client } from '../../platform/database-client.ts';
import { toOutcome } from '../append-outcome.ts';
import { DuplicateEventIdError } from '../errors.ts';
import type { AppendOutcome, AppendResult, Position, StreamAppend } from '../event-store.ts';
import { firstRevision, judgeRefusedAppend } from '../refused-append.ts';
import type { Standing } from '../refused-append.ts';
import { appendEvents } from './append-events.ts';
import { anyEventStands, lookUpStanding } from './look-up-standing.ts';
import { isTransient } from './transient.ts';

/** Runs a statement; a database that is away is a `StoreUnavailableError`. */
export type Query = <T>(work: (sql: Client) => Promise<T>) => Promise<T>;

/** PostgreSQL's code for a value that stands already: here the id of an event that is not the first of its entry. */
const UNIQUE_VIOLATION = '23505';

/** Appends entries that are sorted by stream and name each stream once: one round trip when nobody is refused. */
export async function appendGroup(query: Query, entries: readonly StreamAppend[]): Promise<readonly AppendOutcome[]> {
  let positions: readonly (Position | undefined)[];
  // An error fails the whole statement, though it may be the fault of one entry.
  try {
    positions = await query((sql) => appendEvents(sql, entries));
  } catch (error) {
    return await settleFailed(query, entries, error);
  }
  const refused = entries.filter((_, i) => positions[i] === undefined);
  const standing = refused.length > 0 ? query((sql) => lookUpStanding(sql, refused)) : Promise.resolve([]);
  const results = entries.map(async (entry, i) => {
    const position = positions[i];
    if (position === undefined) return settleRefused(query, entry, (await standing)[refused.indexOf(entry)]);
    const revision = firstRevision(entry.expectedRevision) + entry.events.length - 1;
    return { position, revision, idempotent: false };
  });
  return (await Promise.allSettled(results)).map(toOutcome);
}

/**
 * A database that is away fails every entry. Anything else (no events, an id that stands elsewhere, bytes that cannot be
 * stored) is the fault of one entry, and nothing of the group is stored: each entry is appended alone.
 */
async function settleFailed(
  query: Query,
  entries: readonly StreamAppend[],
  error: unknown,
): Promise<readonly AppendOutcome[]> {
  const outcomes: AppendOutcome[] = [];
  for (const entry of entries) {
    if (entries.length > 1 && !isTransient(error)) outcomes.push(...(await appendGroup(query, [entry])));
    else outcomes.push(toOutcome({ status: 'rejected', reason: nameError(entry, error) }));
  }
  return outcomes;
}

function nameError({ stream }: StreamAppend, error: unknown): unknown {
  const isDuplicate = error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION;
  return isDuplicate ? new DuplicateEventIdError(stream) : error;
}

/** Why the store refused, or the earlier result of the very same append. */
async function settleRefused(query: Query, entry: StreamAppend, standing: Standing | undefined): Promise<AppendResult> {
  if (standing === undefined) throw new Error(`stream ${entry.stream}: the store did not say what stands in it`);
  if (standing.actual !== entry.expectedRevision) return judgeRefusedAppend(entry, standing);
  // The stream is where it is expected: an id stands elsewhere, or the stream has only now come there.
  if (await query((sql) => anyEventStands(sql, entry))) throw new DuplicateEventIdError(entry.stream);
  return await appendOne(query, entry);
}

/** Appends one entry; rejects with the reason when it is refused. */
async function appendOne(query: Query, entry: StreamAppend): Promise<AppendResult> {
  const [outcome] = await appendGroup(query, [entry]);
  if (outcome?.status !== 'appended') throw outcome?.error ?? new Error(`stream ${entry.stream}: no outcome`);
  const { position, revision, idempotent } = outcome;
  return { position, revision, idempotent };
}
