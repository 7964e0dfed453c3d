import { ProblemError } from '../../domain/errors.ts';

/** A token bucket per client: `perMinute` at once, and the same again evenly over each minute. */
export interface RateLimit {
  /** Value of the `RateLimit-Policy` header (draft-ietf-httpapi-ratelimit-headers). */
  readonly policy: string;
  /** Seconds after which a client that has used everything up has a request again. */
  readonly refillSeconds: number;
  /** Takes one request of this client: how many it has left now, or −1 when it had none. */
  take(client: string): number;
  /** Undoes a `take` that gave a request to this client. */
  giveBack(client: string): void;
  /** Value of the `RateLimit` header for a number of requests left. */
  header(left: number): string;
}

export interface RateLimitOptions {
  /** As the headers call it. */
  readonly name: string;
  readonly perMinute: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  /** Clients remembered; those not seen for longest are forgotten beyond that, and begin anew. */
  readonly clients?: number;
}

interface Bucket {
  /** What was taken and has not flowed back yet, in requests × ms of the window: whole numbers, so nothing is rounded. */
  spent: number;
  at: number;
}

const WINDOW_MS = 60_000;
const CLIENTS = 65_536;

/** Makes a limit. One call costs the same however many clients there are, and allocates only for a new client. */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { name, perMinute, now = () => performance.now(), clients = CLIENTS } = options;
  const full = perMinute * WINDOW_MS;
  const refillSeconds = Math.ceil(WINDOW_MS / 1000 / perMinute);
  const headers: string[] = [];
  const bucketOf = createMemory(clients / 2);
  return {
    policy: `"${name}";q=${perMinute};w=${WINDOW_MS / 1000}`,
    refillSeconds,
    take(client) {
      const at = Math.floor(now());
      const bucket = bucketOf(client, at);
      const spent = Math.max(0, bucket.spent - (at - bucket.at) * perMinute) + WINDOW_MS;
      const refused = spent > full;
      bucket.at = at;
      bucket.spent = refused ? spent - WINDOW_MS : spent;
      return refused ? -1 : Math.floor((full - spent) / WINDOW_MS);
    },
    giveBack(client) {
      const bucket = bucketOf(client, Math.floor(now()));
      bucket.spent = Math.max(0, bucket.spent - WINDOW_MS);
    },
    header: (left) => (headers[left] ??= `"${name}";r=${left};t=${refillSeconds}`),
  };
}

/** Remembers buckets in two generations: a full young one replaces the old one, and who is seen moves to the young one. */
function createMemory(generation: number): (client: string, at: number) => Bucket {
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  return (client, at) => {
    const known = young.get(client);
    if (known !== undefined) return known;
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    const bucket = old.get(client) ?? { spent: 0, at };
    young.set(client, bucket);
    return bucket;
  };
}

/** A client has used up a limit: 429, with the limit's headers. */
export class RateExceeded extends ProblemError {
  readonly limit: RateLimit;

  constructor(limit: RateLimit, detail: string) {
    super('too-many-requests', `${detail}: try again in ${limit.refillSeconds} s`);
    this.limit = limit;
  }
}
