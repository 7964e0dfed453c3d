import { Redis } from 'ioredis';
import type { Logger } from './logging.ts';

/** A command that has no answer by then has failed. */
const COMMAND_TIMEOUT_MS = 100;

/**
 * A connection to Redis for what can be had elsewhere: commands fail at once while it is away, or after 100 ms, and it
 * connects again by itself.
 */
export function openRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(tries * 100, 1000),
  });
  return redis.on('error', (error: unknown) => log.warn({ err: error }, 'redis'));
}
