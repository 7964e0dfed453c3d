import { setTimeout as delay } from 'node:timers/promises';
import type { RequestClass } from '../../domain/valuation-request/request.ts';
import { DeferredError } from './deferred-error.ts';
import type { Lease, LeaseRequest } from './lease-calls.ts';

/** Calls that may be made: in a second, and in a day of the upstream's accounts. */
export interface BudgetLimits {
  readonly perSecond: number;
  readonly perDay: number;
}

interface Wish {
  /** How long the right may be waited for. */
  readonly maxWaitMs: number;
  /** The caller's: when it aborts, nobody waits any more. */
  readonly signal: AbortSignal | undefined;
  readonly class: RequestClass;
}

interface BudgetParts {
  readonly provider: string;
  readonly limits: () => BudgetLimits;
  /** The part of the budget per second that may be used now: below 1 after an outage. */
  readonly share: () => number;
  readonly lease: (request: LeaseRequest) => Promise<Lease>;
  /** In ms; need not be the time of day. */
  readonly now: () => number;
  /** Told after each lease how many calls are left today. */
  readonly onLeft: (calls: number) => void;
}

/**
 * How far ahead calls are leased. Batch work gets a call only while the row of slots is short, and only so much of a day:
 * what is above is kept for those who wait for an answer.
 */
const AHEAD_MS = { interactive: 1000, batch: 500 } as const;
const OF_A_DAY = { interactive: 1, batch: 0.8 } as const;
/** Between two questions while there is nothing to be had. */
const LEAST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
const LEAST_PER_SECOND = 0.1;

interface Waiter extends Wish {
  readonly until: number;
  readonly begin: (inMs: number) => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * The right to call the upstream, shared by all processes. Callers that come while a lease is under way share the next
 * one: one round trip at a time, however many callers.
 */
export class Budget {
  readonly #parts: BudgetParts;
  readonly #waiting = new Set<Waiter>();
  #running = false;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
  }

  /** Resolves when the call may begin. Rejects with `DeferredError` when that is not within `maxWaitMs`. */
  async take(wish: Wish): Promise<void> {
    wish.signal?.throwIfAborted();
    const inMs = await this.#wait(wish);
    if (inMs >= 1) await sleep(inMs, wish.signal);
  }

  /** Resolves with the time until the call may begin, in ms. */
  #wait(wish: Wish): Promise<number> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        wish.signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiter);
      };
      const refuse = (error: unknown): void => {
        leave();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const begin = (inMs: number): void => {
        leave();
        resolve(inMs);
      };
      const abort = (): void => refuse(wish.signal?.reason);
      const waiter = { ...wish, until: this.#parts.now() + wish.maxWaitMs, begin, refuse };
      wish.signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiter);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      // Without the database there is no budget: those who wait are told, the next ones ask again.
      try {
        await delay(await this.#round());
      } catch (error) {
        for (const waiter of this.#waiting) waiter.refuse(error);
      }
    }
    this.#running = false;
  }

  /** Leases for one class, those who wait for an answer first. Returns how long to pause then, in ms. */
  async #round(): Promise<number> {
    const all = [...this.#waiting];
    const turn = all.some((waiter) => waiter.class === 'interactive') ? 'interactive' : 'batch';
    const waiters = all.filter((waiter) => waiter.class === turn);
    const { provider, limits, share, lease, now, onLeft } = this.#parts;
    const { perSecond, perDay } = limits();
    const rate = Math.max(perSecond * share(), LEAST_PER_SECOND);
    const spacingMs = 1000 / rate;
    const wanted = Math.min(waiters.length, Math.max(1, Math.floor(rate)));
    const patienceMs = Math.max(0, Math.min(...waiters.map((waiter) => waiter.until)) - now());
    const aheadMs = Math.min(AHEAD_MS[turn], patienceMs);
    const dayLimit = Math.floor(perDay * OF_A_DAY[turn]);
    const { granted, startsInMs, retryInMs, usedToday } = await lease({
      provider,
      wanted,
      spacingMs,
      aheadMs,
      dayLimit,
    });
    onLeft(Math.max(0, perDay - usedToday));
    waiters.slice(0, granted).forEach((waiter, index) => waiter.begin(startsInMs + index * spacingMs));
    if (granted === wanted) return 0;
    const back = now() + retryInMs;
    const late = waiters.slice(granted).filter((waiter) => back > waiter.until);
    for (const waiter of late) waiter.refuse(new DeferredError('budget', retryInMs));
    return Math.min(Math.max(retryInMs, LEAST_PAUSE_MS), LONGEST_PAUSE_MS);
  }
}

/** Sleeps; ends at once, with the signal's reason, when the caller leaves. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
