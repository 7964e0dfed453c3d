import type { Redis } from 'ioredis';
import type { Executor } from '../../platform/execute.ts';
import { createGrouped } from '../../platform/grouped.ts';
import type { ExpectationRow } from '../../platform/read-models/expectation.ts';

/** Answers shared by the processes. Whatever fails here is counted and answered as "not there". */
export interface SharedTier {
  get(key: string): Promise<ExpectationRow | null>;
  /** Keeps the row unless a newer one, or the news of a newer one, is there. */
  put(row: ExpectationRow): void;
  /** Drops what is older than this log position, and refuses it for a while. */
  outdate(key: string, changedAt: bigint): void;
  /** Which tables the rows come from: after a swap nothing of the former ones is answered. */
  use(generation: string): void;
}

const PREFIX = 'pve:stored-answer:';
const LIFE_MS = 3_600_000;
/** Longer than any load that may have begun before the change. */
const OUTDATED_FOR_MS = 60_000;
/** Failures in a row after which Redis is left alone for a while. */
const MOST_FAILURES = 5;
const LEFT_ALONE_MS = 5000;
/** Answers in one round trip, and such round trips at a time. */
const GETS = { largest: 32, atOnce: 8 };
/** Digits of a position: as many as the largest has, so that texts compare as numbers. */
const DIGITS = 20;
/** Stands between the lines about an answer and its body. */
const HEAD_END = '\n\n';

/** Compare-and-set by log position, with which a value begins. ARGV: the value, its life in ms. */
const PUT = `
local standing = redis.call('getrange', KEYS[1], 0, ${DIGITS - 1})
if standing > string.sub(ARGV[1], 1, ${DIGITS}) then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1`;

/** ARGV: position, which is all that the news says, and its life in ms. What is as new as the change stays. */
const OUTDATE = `
local standing = redis.call('getrange', KEYS[1], 0, ${DIGITS - 1})
if standing >= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
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
  const read = async (keys: readonly string[]): Promise<(ExpectationRow | null)[]> => {
    const values = await redis.mgetBuffer(keys.map(nameOf));
    return keys.map((key, index) => readRow(key, values[index] ?? null));
  };
  const ask = async (keys: readonly string[]): Promise<(ExpectationRow | null)[]> =>
    (await attempt('get', () => read(keys))) ?? keys.map(() => null);
  return {
    get: createGrouped(ask, GETS),
    put(row) {
      void attempt('put', () => redis.eval(PUT, 1, nameOf(row.characterKey), valueOf(row), LIFE_MS));
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
  return String(position).padStart(DIGITS, '0');
}

function valueOf({ ocid, fingerprint, asOf, fetchStartedAt, changedAt, etag, body }: ExpectationRow): Buffer {
  const head = [digits(changedAt), asOf.getTime(), fetchStartedAt.getTime(), etag, fingerprint, ocid].join('\n');
  return Buffer.concat([Buffer.from(head + HEAD_END), body]);
}

/** The body is part of the value, not a copy. */
function readRow(characterKey: string, value: Buffer | null): ExpectationRow | null {
  const end = value?.indexOf(HEAD_END) ?? -1;
  if (value === null || end < 0) return null;
  const [position, asOf, fetchStartedAt, etag = '', fingerprint = '', ocid = ''] = value
    .toString('utf8', 0, end)
    .split('\n');
  return {
    characterKey,
    ocid,
    fingerprint,
    asOf: new Date(Number(asOf)),
    fetchStartedAt: new Date(Number(fetchStartedAt)),
    changedAt: BigInt(position ?? 0),
    etag,
    body: value.subarray(end + HEAD_END.length),
  };
}
