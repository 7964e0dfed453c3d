import { readEvent } from '../../domain/events.ts';
import type { ReplayScope } from '../../domain/replay/plan.ts';
import type { Reconciliation } from '../../domain/replay/reconciliation.ts';
import { inWindows } from '../../domain/replay/windows.ts';
import {
  toPosition,
  type EventStore,
  type LogSlice,
  type Position,
  type RecordedEvent,
} from '../../event-store/event-store.ts';
import { RequestLedger, type LedgerEntry } from './ledger.ts';

/** A settlement that settles no request. */
export interface Orphan {
  readonly characterKey: string;
  /** Of the event, and the bounds it names. */
  readonly position: string;
  readonly after: string;
  readonly through: string;
}

/** The requests behind the counts that should be 0: the first of each kind. */
export interface Mismatches {
  readonly missing: readonly LedgerEntry[];
  readonly duplicates: readonly LedgerEntry[];
  readonly orphans: readonly Orphan[];
}

export interface Reconciled {
  readonly sums: Reconciliation;
  readonly mismatches: Mismatches;
  /** The log was read up to here. */
  readonly through: Position;
}

const TYPES = ['ValuationRequested', 'ValuationSettled', 'ParkingReleased'] as const;
const SLICE = 25_000;
const LISTED = 1000;

/**
 * Counts what became of a run's requests, from the log alone and in one pass: of the requests in its scope that were
 * pending when it was planned (at `plannedAt`), each must have exactly one outcome. About 6 s and 70 MB for a million
 * requests.
 */
export async function reconcile(
  store: Pick<EventStore, 'head' | 'readAll'>,
  scope: ReplayScope,
  plannedAt: Position,
): Promise<Reconciled> {
  const through = await store.head();
  const pass = new Pass(scope, Number(plannedAt));
  const first = toPosition(scope.from);
  let after = toPosition(first > 0n ? first - 1n : 0n);
  const read = (from: Position) => store.readAll({ after: from, limit: SLICE, types: TYPES });
  let next = after < through ? read(after) : undefined;
  while (next !== undefined) {
    const slice: LogSlice = await next;
    const end = slice.through >= through || slice.through === after;
    after = slice.through;
    // The next slice is read while this one is counted.
    next = end ? undefined : read(after);
    next?.catch(() => undefined);
    for (const event of slice.events) if (event.position <= through) pass.apply(event);
  }
  return { ...pass.end(), through };
}

class Pass {
  readonly #ledger = new RequestLedger();
  readonly #orphans: Orphan[] = [];
  readonly #plannedAt: number;
  readonly #mark: number;
  readonly #inTime: (at: number) => boolean;
  readonly #keys: ReadonlySet<string> | undefined;
  #orphanCount = 0;
  #begun = false;

  constructor(scope: ReplayScope, plannedAt: number) {
    this.#plannedAt = plannedAt;
    this.#mark = Number(scope.mark);
    this.#inTime = inWindows(scope.windows);
    this.#keys = scope.characterKeys === null ? undefined : new Set(scope.characterKeys);
  }

  apply(event: RecordedEvent): void {
    const position = Number(event.position);
    if (!Number.isSafeInteger(position)) throw new RangeError(`position ${event.position} is too large to count with`);
    if (!this.#begun && position > this.#plannedAt) this.#begin();
    const { type, data } = readEvent(event);
    if (type === 'ValuationRequested') {
      const { requestId, characterKey } = data;
      const wanted = this.#isWanted(characterKey, event);
      this.#ledger.enter({ requestId, characterKey, position, wanted });
    } else if (type === 'ValuationSettled') {
      const found = this.#ledger.settle(numbers(data), data.outcome);
      if (!found && this.#begun && this.#isOurs(data.characterKey)) this.#orphan(event.position, data);
    } else if (type === 'ParkingReleased') {
      if (data.decision === 'ignore') this.#ledger.overrule(numbers(data), 'ignored');
      else this.#ledger.reopen(numbers(data), this.#isWanted(data.characterKey, event));
    }
  }

  end(): Omit<Reconciled, 'through'> {
    if (!this.#begun) this.#begin();
    const { listed, ...sums } = this.#ledger.sums(LISTED);
    return { sums: { ...sums, orphans: this.#orphanCount }, mismatches: { ...listed, orphans: this.#orphans } };
  }

  #begin(): void {
    this.#begun = true;
    this.#ledger.begin(this.#mark);
  }

  #isOurs(characterKey: string): boolean {
    return this.#keys?.has(characterKey) ?? true;
  }

  #isWanted(characterKey: string, { metadata }: RecordedEvent): boolean {
    return this.#isOurs(characterKey) && this.#inTime(Date.parse(metadata.occurredAt));
  }

  #orphan(at: Position, { characterKey, after, through }: Omit<Orphan, 'position'>): void {
    this.#orphanCount += 1;
    if (this.#orphans.length < LISTED) this.#orphans.push({ characterKey, position: String(at), after, through });
  }
}

function numbers({ characterKey, after, through }: { characterKey: string; after: string; through: string }) {
  return { characterKey, after: Number(after), through: Number(through) };
}
