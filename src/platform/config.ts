import { z } from 'zod';
import { isAddressRange } from './http/client.ts';

/** The parts of the system that a process can play. */
const ROLES = ['api', 'worker', 'projector', 'ops'] as const;
export type Role = (typeof ROLES)[number];

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const integer = (fallback: number, min: number, max: number) => whole(min, max).default(fallback);

const roles = z
  .string()
  .default(ROLES.join(','))
  .transform((text) => [...new Set(text.split(',').map((role) => role.trim()))])
  .pipe(z.array(z.enum(ROLES)).min(1));

const rateLimit = z
  .union([z.literal('off'), z.coerce.number().int().min(1).max(100_000)], {
    error: 'off, or a whole number from 1 to 100000',
  })
  .default(6000);

const proxies = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((range) => range.trim())
      .filter((range) => range !== ''),
  )
  .pipe(z.array(z.string().refine(isAddressRange, { error: 'an address or a range such as 10.0.0.0/8' })));

/** What the game API's free key allows (5 a second, 1,000 a day), with a margin; the local stand-in has no limits. */
const FREE_KEY_BUDGET = { perSecond: 4, perDay: 900 };
const STANDIN_BUDGET = { perSecond: 500, perDay: 20_000_000 };

const schema = z
  .object({
    PORT: integer(8080, 0, 65535).describe('port of the HTTP API; 0 picks a free one'),
    HOST: z.string().default('127.0.0.1').describe('address to listen on'),
    ROLE: roles.describe('comma-separated roles of this process: api, worker, projector, ops'),
    PVE_DATA_DIR: z
      .string()
      .default('.pve')
      .describe('folder of the embedded services, and of requests that the log could not take'),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/ })
      .optional()
      .describe('PostgreSQL; absent: an embedded one is started'),
    EVENT_STORE_URL: z
      .url({ protocol: /^esdb$/ })
      .optional()
      .describe('EventStoreDB/KurrentDB; absent: the log lives in PostgreSQL'),
    REDIS_URL: z
      .url({ protocol: /^rediss?$/ })
      .optional()
      .describe('Redis for the queue; absent: the queue lives in PostgreSQL'),
    UPSTREAM_URL: z.url().default('https://open.api.nexon.com').describe('base address of the game API'),
    NEXON_API_KEY: z
      .string()
      .optional()
      .describe('key of the game API; absent: a local stand-in serves sample characters'),
    UPSTREAM_REQUESTS_PER_SECOND: whole(1, 500)
      .optional()
      .describe('calls of the game API per second, all processes together'),
    UPSTREAM_REQUESTS_PER_DAY: whole(100, 20_000_000)
      .optional()
      .describe('calls of the game API per day (of UTC+9), all processes together'),
    UPSTREAM_CONCURRENCY: integer(8, 1, 50).describe('calls of the game API at a time, of one process'),
    UPSTREAM_CONNECT_TIMEOUT_MS: integer(3000, 50, 60_000).describe('to connect to the game API'),
    UPSTREAM_RESPONSE_TIMEOUT_MS: integer(5000, 50, 60_000).describe('for the whole answer to a call'),
    UPSTREAM_TOTAL_TIMEOUT_MS: integer(8000, 100, 120_000).describe('for all calls of one job together'),
    UPSTREAM_BREAKER: z
      .enum(['auto', 'open', 'closed'])
      .default('auto')
      .describe('auto: stop calling while calls fail; open: never call; closed: always call'),
    UPSTREAM_PROBE_INTERVAL_MS: integer(10_000, 50, 600_000).describe('between two probes while the game API is out'),
    UPSTREAM_RAMP_STEP_MS: integer(5000, 50, 600_000).describe('length of each step back to the whole budget'),
    STANDIN_DIR: z.string().optional().describe('folder of the characters the stand-in serves beside its own samples'),
    WEB_CONCURRENCY: integer(1, 1, 64).describe('processes that answer HTTP on the port, with the role api'),
    DATABASE_POOL_SIZE: integer(10, 5, 50).describe('queries and transactions at a time'),
    WORKER_CONCURRENCY: integer(4, 1, 64).describe('characters valued at a time at most; fewer while reads are slow'),
    VALUATION_THREADS: integer(1, 1, 16).describe('threads of an API process for what-if questions'),
    SNAPSHOT_FRESH_FOR_SECONDS: integer(900, 60, 86_400).describe('age below which a snapshot is fresh'),
    CACHE_L1_MEGABYTES: integer(128, 1, 4096).describe('memory for ready answers'),
    CACHE_L1_TTL_SECONDS: integer(300, 30, 3600).describe('time after which a ready answer is loaded again'),
    CACHE_SERVE_STALE_SECONDS: integer(3600, 0, 86_400).describe('time beyond that while the database is away'),
    RATE_LIMIT: rateLimit.describe('requests per client and minute; off: no limit of any kind, for benchmarks'),
    FILED_PER_MINUTE: integer(60, 1, 100_000).describe(
      'characters filed for valuation per minute, by everyone together',
    ),
    TRUSTED_PROXIES: proxies.describe('addresses and ranges of the proxies whose X-Forwarded-For is believed'),
    ADMISSION_MAX_QUEUE: integer(300, 10, 1000).describe('requests that may wait for the database, per kind'),
    DRAIN_SECONDS: integer(0, 0, 300).describe('time for balancers to notice that a stopping process is not ready'),
    SHUTDOWN_SECONDS: integer(25, 1, 600).describe('time after that in which everything ends, else it is left'),
    REPLAY_REQUESTS_PER_SECOND: integer(1000, 0, 20_000).describe(
      'characters that a replay run hands to the workers per second at most; 0: none',
    ),
    REPLAY_SIGNING_KEY: z
      .string()
      .optional()
      .describe('Ed25519 key (PKCS #8, PEM or base64) of the certificates of replays; absent: made in PVE_DATA_DIR'),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .superRefine((config, context) => {
    if (
      config.EVENT_STORE_URL !== undefined &&
      config.DATABASE_URL === undefined &&
      config.ROLE.length < ROLES.length
    ) {
      context.addIssue({
        code: 'custom',
        path: ['DATABASE_URL'],
        message: 'needed when the roles run in several processes',
      });
    }
    const oneCallMs = config.UPSTREAM_CONNECT_TIMEOUT_MS + config.UPSTREAM_RESPONSE_TIMEOUT_MS;
    if (oneCallMs > config.UPSTREAM_TOTAL_TIMEOUT_MS) {
      context.addIssue({
        code: 'custom',
        path: ['UPSTREAM_TOTAL_TIMEOUT_MS'],
        message: `must leave time for one call: ${oneCallMs} ms to connect and answer`,
      });
    }
  })
  .transform((config) => {
    const usual = config.NEXON_API_KEY === undefined ? STANDIN_BUDGET : FREE_KEY_BUDGET;
    return {
      ...config,
      UPSTREAM_REQUESTS_PER_SECOND: config.UPSTREAM_REQUESTS_PER_SECOND ?? usual.perSecond,
      UPSTREAM_REQUESTS_PER_DAY: config.UPSTREAM_REQUESTS_PER_DAY ?? usual.perDay,
    };
  });

/** The configuration of a process: validated once, at the start, then passed on by hand. */
export type Config = z.output<typeof schema>;

/** A configuration that cannot be used: one clear line that names each variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the configuration from environment variables; an empty variable counts as unset. Throws `ConfigError`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`configuration: ${lines.join('; ')}`);
}
