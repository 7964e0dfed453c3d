import type { Redis } from 'ioredis';
import type { Executor } from '../../platform/execute.ts';
import type { ExpectationRow } from '../../platform/read-models/expectation.ts';

/** Answers shared by the processes. Whatever fails here is counted and answered as "not there". */
export interface SharedTier {
  get(key: string): Promise<ExpectationRow | undefined>;
  /** Keeps the row unless a newer one, or the news of a newer one, is there. */
  put(row: ExpectationRow): void;
  /** Drops what is older than this log position, and refuses it for a while. */
  outdate(key: string, changedAt: bigint): void;
  /** Which tables the rows come from: after a swap nothing of the former ones is answered. */
  use(generation: string): void;
}

type Meta = Readonly<Record<keyof Omit<ExpectationRow, 'body'>, string>>;

const PREFIX = 'pve:answer:';
const LIFE_MS = 3_600_000;
/** Longer than any load that may have begun before the change. */
const OUTDATED_FOR_MS = 60_000;
/** Failures in a row after which Redis is left alone for a while. */
const MOST_FAILURES = 5;
const LEFT_ALONE_MS = 5000;

/** Compare-and-set by log position (20 digits, so that texts compare as numbers). ARGV: position, life, meta, body. */
const PUT = `
local standing = redis.call('hget', KEYS[1], 'position')
if standing and standing > ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'position', ARGV[1], 'meta', ARGV[3], 'body', ARGV[4])
redis.call('pexpire', KEYS[1], ARGV[2])
return 1`;

/** ARGV: position, life of the news. What is as new as the change stays. */
const OUTDATE = `
local standing = redis.call('hget', KEYS[1], 'position')
if standing and standing >= ARGV[1] then return 0 end
redis.call('del', KEYS[1])
redis.call('hset', KEYS[1], 'position', ARGV[1])
redis.call('pexpire', KEYS[1], ARGV[2])
return 1`;

interface SharedTierParts {
  readonly redis: Redis;
  readonly execute: Executor;
  /** Milliseconds. */
  readonly now: () => number;
}

/** The Redis tier. Its keys carry the generation of the read model: after a swap the old ones are never asked for again. */
export function createSharedTier({ redis, execute, now }: SharedTierParts): SharedTier {
  const attempt = createFuse(execute, now);
  let generation = '';
  const nameOf = (key: string): string => `${PREFIX}${generation}:${key}`;
  return {
    async get(key) {
      const found = await attempt('get', () => redis.hmgetBuffer(nameOf(key), 'meta', 'body'));
      const [meta, body] = found ?? [];
      return meta && body ? readRow(meta, body) : undefined;
    },
    put(row) {
      const [name, position] = [nameOf(row.characterKey), digits(row.changedAt)];
      void attempt('put', () => redis.eval(PUT, 1, name, position, LIFE_MS, metaOf(row), row.body));
    },
    outdate(key, changedAt) {
      void attempt('outdate', () => redis.eval(OUTDATE, 1, nameOf(key), digits(changedAt), OUTDATED_FOR_MS));
    },
    use(next) {
      generation = next;
    },
  };
}

/** Runs commands whose failure is counted and answered with `undefined`; leaves Redis alone after some in a row. */
function createFuse(execute: Executor, now: () => number) {
  let failures = 0;
  let failedAt = 0;
  let leftAloneUntil = 0;
  return async <T>(name: string, command: () => Promise<T>): Promise<T | undefined> => {
    const began = now();
    if (began < leftAloneUntil) return undefined;
    const given = await execute(`shared cache ${name}`, async () => ({ answer: await command() }), {
      orDefault: undefined,
    });
    if (given !== undefined) failures = 0;
    else if (began >= failedAt) {
      // Commands that were under way together fail together: one stall of this process is one failure.
      failures += 1;
      failedAt = now();
    }
    if (failures >= MOST_FAILURES) {
      leftAloneUntil = now() + LEFT_ALONE_MS;
      failures = 0;
    }
    return given?.answer;
  };
}

function digits(position: bigint): string {
  return String(position).padStart(20, '0');
}

function metaOf({ characterKey, ocid, fingerprint, asOf, fetchStartedAt, changedAt, etag }: ExpectationRow): string {
  return JSON.stringify({ characterKey, ocid, fingerprint, asOf, fetchStartedAt, changedAt: String(changedAt), etag });
}

function readRow(meta: Buffer, body: Buffer): ExpectationRow {
  const { asOf, fetchStartedAt, changedAt, ...rest } = JSON.parse(meta.toString()) as Meta;
  return {
    ...rest,
    asOf: new Date(asOf),
    fetchStartedAt: new Date(fetchStartedAt),
    changedAt: BigInt(changedAt),
    body,
  };
}
