import { charactersDigest, type PlannedHour, type ReplayPlan, type ReplayScope } from '../../domain/replay/plan.ts';
import { reasonAt, windowsOf, type Episode, type TimeWindow } from '../../domain/replay/windows.ts';
import { GAME_API, outageStream, type OutageStarted } from '../../domain/upstream/outage.ts';
import type { EventStore } from '../../event-store/event-store.ts';
import type { Database } from '../../platform/database.ts';
import { eachPending, type PendingRow } from '../../platform/read-models/replay.ts';
import { ReplayRefusal } from './refusal.ts';
import { selects } from './selection.ts';

/** Which part of the backlog is wanted; all of it where nothing is said. */
export interface ReplayFilter extends TimeWindow {
  readonly characterKeys: readonly string[] | null;
  /** What was the case when requests came: the cause of an outage, or `queued` for none. */
  readonly reasons: readonly string[] | null;
}

export interface PlanParts {
  readonly store: Pick<EventStore, 'storeId' | 'readStream'>;
  readonly database: Database;
  /** Of upstream calls. */
  readonly budget: { readonly perSecond: number; readonly perDay: number };
  /** Characters that a run hands out per second. */
  readonly perSecond: number;
  readonly freshForSeconds: number;
  readonly now: () => Date;
}

const NO_MARK = 2n ** 63n - 1n;
const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;

/** Looks at the backlog as it is and says what a run over it would do. Throws `ReplayRefusal` `nothing`. */
export async function makePlan(parts: PlanParts, filter: ReplayFilter): Promise<ReplayPlan> {
  const { store, database, freshForSeconds } = parts;
  const episodes = await readEpisodes(store);
  const { since, until, reasons, characterKeys } = filter;
  const within = { since, until };
  const windows = reasons === null ? [within] : windowsOf(reasons, episodes, within);
  const count = new Count(selects({ windows, characterKeys }), episodes);
  // In one statement: what it sees is the backlog of one moment, and so is the mark.
  await database.query((sql) => eachPending(sql, { mark: NO_MARK, freshForSeconds }, (rows) => count.add(rows)));
  if (count.keys.length === 0)
    throw new ReplayRefusal('nothing', `nothing is pending${count.mark === 0n ? '' : ' that is selected'}`);
  const scope: ReplayScope = { mark: String(count.mark), from: String(count.from), windows, characterKeys };
  return {
    format: 'pve-replay-plan/1',
    storeId: await store.storeId(),
    createdAt: parts.now().toISOString(),
    scope,
    characters: count.keys.length,
    charactersDigest: charactersDigest(count.keys),
    hours: count.hours(),
    upstreamCalls: count.calls,
    estimatedSeconds: estimate(parts, count.keys.length, count.calls),
  };
}

/** Adds up a backlog as it is read. */
class Count {
  readonly keys: string[] = [];
  calls = 0;
  mark = 0n;
  from = NO_MARK;
  readonly #isSelected: (row: PendingRow) => boolean;
  readonly #episodes: readonly Episode[];
  readonly #hours = new Map<string, PlannedHour>();

  constructor(isSelected: (row: PendingRow) => boolean, episodes: readonly Episode[]) {
    this.#isSelected = isSelected;
    this.#episodes = episodes;
  }

  add(rows: readonly PendingRow[]): void {
    for (const row of rows) {
      // Of all of them: a settlement of any character must find its requests when the log is read from there.
      if (row.through > this.mark) this.mark = row.through;
      if (row.pendingAfter < this.from) this.from = row.pendingAfter + 1n;
      if (!this.#isSelected(row)) continue;
      this.keys.push(row.characterKey);
      this.calls += row.calls;
      const at = row.pendingSince.getTime();
      const hour = new Date(at - (at % HOUR_MS)).toISOString();
      const reason = reasonAt(this.#episodes, at);
      const characters = (this.#hours.get(`${hour} ${reason}`)?.characters ?? 0) + 1;
      this.#hours.set(`${hour} ${reason}`, { hour, reason, characters });
    }
  }

  hours(): PlannedHour[] {
    return [...this.#hours].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, hour]) => hour);
  }
}

async function readEpisodes(store: PlanParts['store']): Promise<readonly Episode[]> {
  const episodes: Episode[] = [];
  for (const { type, data, metadata } of await store.readStream(outageStream(GAME_API))) {
    const at = metadata.occurredAt;
    const last = episodes.at(-1);
    if (type === 'OutageStarted') episodes.push({ since: at, until: null, reason: (data as OutageStarted).cause });
    else if (last !== undefined) episodes.splice(-1, 1, { ...last, until: at });
  }
  return episodes;
}

/** In seconds, whichever is slowest: calls per second, calls per day, characters per second. */
function estimate({ budget, perSecond }: PlanParts, characters: number, calls: number): number | null {
  if (perSecond === 0) return null;
  const days = Math.max(Math.ceil(calls / budget.perDay) - 1, 0);
  return Math.ceil(Math.max(calls / budget.perSecond, days * DAY_SECONDS, characters / perSecond));
}
