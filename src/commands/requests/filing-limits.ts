import { LRUCache } from 'lru-cache';
import { createRateLimit, RateExceeded } from '../../platform/http/rate-limit.ts';

/** Keeps strangers from spending the upstream's budget. */
export interface FilingLimits {
  /** Counts the filing of this request; one that was filed already is free. Throws `RateExceeded`. */
  take(client: string, requestId: string): void;
}

export interface FilingLimitsOptions {
  /** For all clients together. */
  readonly perMinute: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

const PER_CLIENT = 30;
/** Requests remembered as filed: more than anyone may file in the minute that makes them one. */
const REMEMBERED = 10_000;

/** Makes the limits of a process: 30 requests per client and minute, and so many for everyone together. */
export function createFilingLimits({ perMinute, now }: FilingLimitsOptions): FilingLimits {
  const clock = now === undefined ? {} : { now };
  const each = createRateLimit({ name: 'filing', perMinute: PER_CLIENT, ...clock });
  const all = createRateLimit({ name: 'filing-together', perMinute, ...clock });
  const filed = new LRUCache<string, true>({ max: REMEMBERED });
  return {
    take(client, requestId) {
      if (filed.has(requestId)) return;
      if (each.take(client) < 0) throw new RateExceeded(each, 'too many characters filed from this address');
      if (all.take('all') < 0) throw new RateExceeded(all, 'too many characters filed by everyone together');
      filed.set(requestId, true);
    },
  };
}
