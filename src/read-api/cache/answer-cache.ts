import { LRUCache } from 'lru-cache';
import { ProblemError } from '../../domain/errors.ts';
import type { Encoding } from '../../platform/http/encoding.ts';
import type { Freshness } from '../../platform/read-models/expectation-body.ts';
import type { ExpectationRead } from '../../platform/read-models/expectation.ts';
import { ageSeconds, isServable } from '../freshness.ts';
import { represent, type Representation, type Tier } from '../representation.ts';
import type { ChangeListener } from './change-feed.ts';
import type { LookUp } from './look-up.ts';
import { createNegativeCache, UNKNOWN_FOR_MS, type Absence } from './negative.ts';
import type { SharedTier } from './shared-tier.ts';

/** A stored answer in memory, with the representations that were asked for so far. */
export interface Entry {
  readonly row: ExpectationRead;
  /** Newer work on the character is under way. */
  pending: boolean;
  readonly loadedAt: number;
  readonly representations: Map<string, Representation>;
}

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
export const REPRESENTATION = {
  fresh: { br: 'fresh-br', gzip: 'fresh-gzip', identity: 'fresh-identity' },
  stale: { br: 'stale-br', gzip: 'stale-gzip', identity: 'stale-identity' },
  updating: { br: 'updating-br', gzip: 'updating-gzip', identity: 'updating-identity' },
} as const satisfies Record<Freshness, Record<Encoding, string>>;

/** What an entry takes beside its bodies. */
const OVERHEAD_BYTES = 2048;
/** Whether work on an old answer is under way is looked up again after this time. */
const RECHECK_MS = 1000;

/** What a load brought, before it is kept. */
type Loaded =
  | { readonly kind: 'stored'; readonly row: ExpectationRead; readonly tier: Tier }
  | { readonly kind: Absence; readonly since: number };

interface Flight {
  readonly result: Promise<Found>;
  /** Something changed while the load was under way: what it read may be the old row. */
  outdated: boolean;
  /** Who wants the result. */
  askers: number;
  /** Aborts when nobody is left who does. */
  readonly deserted: AbortController;
}

/**
 * Stored answers by character: this process, then Redis, then the database. However many ask, one load per character is
 * under way; a load that a change overtakes is repeated, so that an old row never refills the cache. Times in ms.
 */
export class AnswerCache implements ChangeListener {
  readonly #parts: AnswerCacheParts;
  readonly #entries: LRUCache<string, Entry>;
  readonly #absences = createNegativeCache();
  readonly #flights = new Map<string, Flight>();

  constructor(parts: AnswerCacheParts) {
    this.#parts = parts;
    this.#entries = new LRUCache({ maxSize: parts.capacityBytes, sizeCalculation: sizeOf });
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

  /**
   * The answer as this process, Redis or the database knows it. `reload`: as the database knows it now. `signal`, asked
   * for where there is something to wait for: who asks is gone. A load that all have left leaves the queue for the database.
   */
  async find(
    key: string,
    { reload = false, signal }: { reload?: boolean; signal?: () => AbortSignal } = {},
  ): Promise<Found> {
    if (reload) return await this.#board(key, this.#fly(key, { passShared: true }), signal);
    const now = this.#now();
    const entry = this.peek(key, now);
    if (entry !== undefined) return { kind: 'stored', entry, tier: 'l1' };
    const absence = this.#absences.find(key, now);
    if (absence !== undefined) return { kind: absence };
    const flight = this.#flights.get(key) ?? this.#fly(key, { passShared: false });
    return await this.#board(key, flight, signal).catch((error: unknown) => this.#orStale(key, error));
  }

  /** Whether a load of this character would begin with the database. */
  needsDatabase(key: string): boolean {
    return this.#parts.shared === undefined && !this.#flights.has(key);
  }

  /** The entry at a freshness in a coding; made once, and then part of what the entry weighs. */
  async representation(entry: Entry, state: Freshness, encoding: Encoding): Promise<Representation> {
    const name = REPRESENTATION[state][encoding];
    const known = entry.representations.get(name);
    if (known !== undefined) return known;
    const made = await represent(entry.row, state, encoding);
    entry.representations.set(name, made);
    const key = entry.row.characterKey;
    // Set anew: the same value set again would keep its former weight.
    if (this.#entries.peek(key) === entry) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return made;
  }

  changed(key: string, changedAt: bigint): void {
    this.#entries.delete(key);
    this.settled(key);
    this.#parts.shared?.outdate(key, changedAt);
  }

  settled(key: string): void {
    this.#absences.drop(key);
    const flight = this.#flights.get(key);
    if (flight !== undefined) flight.outdated = true;
  }

  swapped(generation: string): void {
    this.#parts.shared?.use(generation);
    this.#entries.clear();
    this.#absences.empty();
    for (const flight of this.#flights.values()) flight.outdated = true;
  }

  stats(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries.size, bytes: this.#entries.calculatedSize };
  }

  #now(): number {
    return this.#parts.now().getTime();
  }

  /** Loads once for all who ask meanwhile; again when a change overtakes the load. */
  #fly(key: string, { passShared }: { passShared: boolean }): Flight {
    const deserted = new AbortController();
    const run = async (): Promise<Found> => {
      const load = () => this.#fromDatabase(key, deserted.signal);
      let found = (passShared ? undefined : await this.#fromShared(key)) ?? (await load());
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
    const flight: Flight = { outdated: false, askers: 0, deserted, result };
    this.#flights.set(key, flight);
    return flight;
  }

  /** Waits for a load like others; the last to leave takes it out of the way of those who come next. */
  async #board(key: string, flight: Flight, whenGone: (() => AbortSignal) | undefined): Promise<Found> {
    const leave = (): void => {
      if (--flight.askers > 0) return;
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      flight.deserted.abort();
    };
    const signal = whenGone?.();
    flight.askers++;
    signal?.addEventListener('abort', leave, { once: true });
    return await flight.result.finally(() => signal?.removeEventListener('abort', leave));
  }

  /** Redis does not know what is pending: it answers what is fresh. */
  async #fromShared(key: string): Promise<Loaded | undefined> {
    const row = await this.#parts.shared?.get(key);
    if (row === undefined || ageSeconds(row.asOf, this.#now()) >= this.#parts.freshForSeconds()) return undefined;
    return { kind: 'stored', row: { ...row, pending: false }, tier: 'l2' };
  }

  async #fromDatabase(key: string, signal: AbortSignal): Promise<Loaded> {
    const { row, ignoredAt } = await this.#parts.lookUp(key, signal);
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
    const former = this.#entries.peek(key);
    const representations = former?.row.etag === row.etag ? former.representations : new Map<string, Representation>();
    const entry = { row, pending: row.pending, loadedAt: now, representations };
    this.#entries.set(key, entry);
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

function sizeOf(entry: Entry): number {
  const bodies = new Set([entry.row.body, ...[...entry.representations.values()].map(({ body }) => body)]);
  return [...bodies].reduce((sum, body) => sum + body.length, OVERHEAD_BYTES);
}
