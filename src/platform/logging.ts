import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Fields whose values never reach a log line, wherever they stand. */
const SECRETS = ['apiKey', 'password', 'token', 'authorization', 'NEXON_API_KEY', 'DATABASE_URL', 'REDIS_URL'];

/** JSON lines on stdout; secrets are replaced. `base` is added to every line (role, instance). */
export function createLogger(level: string, base: Record<string, string | number> = {}): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '[redacted]' } });
}
