import { ProblemError } from '../../domain/errors.ts';
import type { Encoding } from '../../platform/http/encoding.ts';
import type { Freshness } from '../../platform/read-models/expectation-body.ts';
import type { ExpectationRead, ExpectationRow } from '../../platform/read-models/expectation.ts';
import { UnderWay } from '../../platform/under-way.ts';
import type { WhenGone } from '../../platform/when-gone.ts';
import { ageSeconds, isServable } from '../freshness.ts';
import { represent, representStored, type Representation, type Tier } from '../representation.ts';
import type { ChangeListener } from './change-feed.ts';
import { KeptEntries, type Entry } from './kept-entries.ts';
import type { LookUp } from './look-up.ts';
import { createNegativeCache, UNKNOWN_FOR_MS, type Absence } from './negative.ts';
import type { SharedTier } from './shared-tier.ts';

export type Found =
  { readonly kind: 'stored'; readonly entry: Entry; readonly tier: Tier } | { readonly kind: Absence };

export interface AnswerCacheParts {
  /** In the database. */
  readonly lookUp: LookUp;
  /** Redis, where there is one. */
  readonly shared: SharedTier | undefined;
  /** Bytes that this process keeps, 128 MB by default. */
  readonly capacityBytes: number;
  /** Life of an entry, and how long beyond it an entry answers while the database does not. */
  readonly ttlSeconds: () => number;
  readonly serveStaleSeconds: () => number;
  readonly freshForSeconds: () => number;
  readonly now: () => Date;
}

/** The key of a representation in its entry. */
const REPRESENTATION = {
  fresh: { br: 'fresh-br', gzip: 'fresh-gzip', identity: 'fresh-identity' },
  stale: { br: 'stale-br', gzip: 'stale-gzip', identity: 'stale-identity' },
  updating: { br: 'updating-br', gzip: 'updating-gzip', identity: 'updating-identity' },
} as const satisfies Record<Freshness, Record<Encoding, string>>;

/** Whether work on an old answer is under way is looked up again after this time. */
const RECHECK_MS = 1000;

/** What a load brought, before it is kept. */
type Loaded =
  | { readonly kind: 'stored'; readonly row: ExpectationRead; readonly tier: Tier }
  | { readonly kind: Absence; readonly since: number };

/** A question to Redis that is under way. */
interface Asked {
  readonly result: Promise<Found | undefined>;
  /** Something changed meanwhile: only the database knows. */
  outdated: boolean;
}

interface Flight {
  readonly result: Promise<Found>;
  /** Something changed while the load was under way: what it read may be the old row. */
  outdated: boolean;
  /** Who wants the result. */
  askers: number;
  /** What is to be done when the last of them has left. */
  abandon: (() => void) | undefined;
}

/**
 * Stored answers by character: this process, then Redis, then the database. However many ask, one load per character is
 * under way; a load that a change overtakes is repeated, so that an old row never refills the cache. Times in ms.
 */
export class AnswerCache implements ChangeListener {
  readonly #parts: AnswerCacheParts;
  readonly #entries: KeptEntries;
  readonly #absences = createNegativeCache();
  readonly #asked = new UnderWay<string, Asked>();
  readonly #flights = new UnderWay<string, Flight>();

  constructor(parts: AnswerCacheParts) {
    this.#parts = parts;
    this.#entries = new KeptEntries(parts.capacityBytes);
  }

  /** An entry that may be served without asking anyone. */
  peek(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const old = now - entry.loadedAt;
    const age = ageSeconds(entry.row.asOf, now);
    if (old >= this.#parts.ttlSeconds() * 1000 || !isServable(age)) return undefined;
    return age < this.#parts.freshForSeconds() || old < RECHECK_MS ? entry : undefined;
  }

  /** The answer as this process, Redis or the database knows it; `reload`: as the database knows it now. */
  async find(
    key: string,
    { reload = false, whenGone }: { reload?: boolean; whenGone?: WhenGone } = {},
  ): Promise<Found> {
    if (reload) return await this.#board(key, this.#fly(key), whenGone);
    const now = this.#now();
    const entry = this.peek(key, now);
    if (entry !== undefined) return { kind: 'stored', entry, tier: 'l1' };
    const absence = this.#absences.find(key, now);
    if (absence !== undefined) return { kind: absence };
    const shared = this.#flights.has(key) ? undefined : await this.#fromShared(key);
    if (shared !== undefined) return shared;
    const flight = this.#flights.get(key) ?? this.#fly(key);
    return await this.#board(key, flight, whenGone).catch((error: unknown) => this.#orStale(key, error));
  }

  /** Whether a load of this character would begin with the database. */
  needsDatabase(key: string): boolean {
    return this.#parts.shared === undefined && !this.#flights.has(key);
  }

  /** The entry at a freshness in a coding where it is known, or nothing has to be computed for it. */
  ready(entry: Entry, state: Freshness, encoding: Encoding): Representation | undefined {
    const name = REPRESENTATION[state][encoding];
    const known = entry.representations.get(name);
    if (known !== undefined || name !== 'fresh-br') return known;
    const made = representStored(entry.row);
    entry.representations.set(name, made);
    return made;
  }

  /** The entry at a freshness in a coding; made once, and then part of what the entry weighs. */
  async representation(entry: Entry, state: Freshness, encoding: Encoding): Promise<Representation> {
    const ready = this.ready(entry, state, encoding);
    if (ready !== undefined) return ready;
    const made = await represent(entry.row, state, encoding);
    entry.representations.set(REPRESENTATION[state][encoding], made);
    this.#entries.weigh(entry.row.characterKey, entry);
    return made;
  }

  changed(key: string, changedAt: bigint): void {
    this.#entries.delete(key);
    this.settled(key);
    this.#parts.shared?.outdate(key, changedAt);
  }

  settled(key: string): void {
    this.#absences.drop(key);
    for (const load of [this.#asked.get(key), this.#flights.get(key)]) if (load !== undefined) load.outdated = true;
  }

  swapped(generation: string): void {
    this.#parts.shared?.use(generation);
    this.#entries.clear();
    this.#absences.empty();
    for (const loads of [this.#asked, this.#flights]) for (const load of loads.values()) load.outdated = true;
  }

  stats(): { readonly entries: number; readonly bytes: number } {
    return this.#entries.stats();
  }

  #now(): number {
    return this.#parts.now().getTime();
  }

  /** Loads once for all who ask meanwhile; again when a change overtakes the load. */
  #fly(key: string): Flight {
    const whenDeserted: WhenGone = (abandon) => {
      flight.abandon = abandon;
      if (flight.askers === 0) queueMicrotask(abandon);
      return () => (flight.abandon = undefined);
    };
    const run = async (): Promise<Found> => {
      const load = () => this.#fromDatabase(key, whenDeserted);
      let found = await load();
      while (flight.outdated) {
        flight.outdated = false;
        found = await load();
      }
      return this.#keep(key, found);
    };
    const done = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    // The load begins in the next microtask: its flight is known by then.
    const result = Promise.resolve().then(run).finally(done);
    const flight: Flight = { outdated: false, askers: 0, abandon: undefined, result };
    this.#flights.set(key, flight);
    return flight;
  }

  /** Waits for a load like others; the last to leave takes it out of the way of those who come next. */
  async #board(key: string, flight: Flight, whenGone: WhenGone | undefined): Promise<Found> {
    const leave = (): void => {
      if (--flight.askers > 0) return;
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      flight.abandon?.();
    };
    flight.askers++;
    return await flight.result.finally(whenGone?.(leave));
  }

  /** Asks Redis once for all who ask meanwhile; it knows nothing that is pending, and answers what is fresh. */
  #fromShared(key: string): Promise<Found | undefined> | undefined {
    const { shared } = this.#parts;
    const known = this.#asked.get(key);
    if (shared === undefined || known !== undefined) return known?.result;
    const take = (row: ExpectationRow | null): Found | undefined => {
      this.#asked.delete(key);
      if (row === null || asked.outdated) return undefined;
      if (ageSeconds(row.asOf, this.#now()) >= this.#parts.freshForSeconds()) return undefined;
      return this.#keep(key, { kind: 'stored', row: { ...row, pending: false }, tier: 'l2' });
    };
    const asked: Asked = { outdated: false, result: shared.get(key).then(take) };
    this.#asked.set(key, asked);
    return asked.result;
  }

  async #fromDatabase(key: string, whenGone: WhenGone): Promise<Loaded> {
    const { row, ignoredAt } = await this.#parts.lookUp(key, whenGone);
    const now = this.#now();
    if (row !== undefined && isServable(ageSeconds(row.asOf, now))) return { kind: 'stored', row, tier: 'db' };
    const since = ignoredAt?.getTime() ?? 0;
    return now - since < UNKNOWN_FOR_MS ? { kind: 'unknown', since } : { kind: 'never-valued', since };
  }

  #keep(key: string, loaded: Loaded): Found {
    const now = this.#now();
    if (loaded.kind !== 'stored') {
      this.#absences.keep(key, loaded.kind, { since: loaded.since, now });
      return { kind: loaded.kind };
    }
    const { row, tier } = loaded;
    const admitted = this.#entries.admits(key, row.body.length);
    const former = this.#entries.peek(key);
    const same = former?.row.etag === row.etag ? former : undefined;
    // What Redis answers is a part of what was read at a time: kept as it is, it would keep all of that in memory.
    const body = same?.row.body ?? (admitted && tier === 'l2' ? Buffer.from(row.body) : row.body);
    const representations = same?.representations ?? new Map<string, Representation>();
    const entry = { row: { ...row, body }, pending: row.pending, loadedAt: now, representations };
    if (admitted) this.#entries.set(key, entry);
    if (tier === 'db') this.#parts.shared?.put(row);
    return { kind: 'stored', entry, tier };
  }

  /** While the database does not answer, what was known a while ago is better than nothing. */
  #orStale(key: string, error: unknown): Found {
    const entry = this.#entries.get(key);
    const now = this.#now();
    const longest = (this.#parts.ttlSeconds() + this.#parts.serveStaleSeconds()) * 1000;
    if (!(error instanceof ProblemError) || entry === undefined || now - entry.loadedAt >= longest) throw error;
    if (!isServable(ageSeconds(entry.row.asOf, now))) throw error;
    return { kind: 'stored', entry, tier: 'l1' };
  }
}
