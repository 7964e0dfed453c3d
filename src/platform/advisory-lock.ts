import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { openClient } from './database-client.ts';
import type { Client } from './database-client.ts';

/** `onLeader` works until its signal says that the leadership is lost or given up, and then returns. */
export interface LeadershipOptions {
  readonly url: string;
  readonly key: string;
  readonly signal: AbortSignal;
  readonly onLeader: (signal: AbortSignal) => Promise<void>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** How often the lock is tried and a held one is checked, in ms. */
const POLL = 500;

/**
 * Runs `onLeader` in at most one process at a time, again and again until `signal` aborts; then resolves. The
 * leadership is a session-level advisory lock on a connection of its own: it ends with the connection, and a connection
 * that answers nothing for 3 s counts as ended. A process cut off from the network may learn of its end later than the
 * server does, so a leader's writes need a protection of their own (the checkpoint's compare-and-set).
 *
 * What `onLeader` throws is logged, ends the term, and the lock is tried for again.
 */
export async function holdLeadership(options: LeadershipOptions): Promise<void> {
  const { url, key, signal, log } = options;
  let term: AbortController | undefined;
  const sql = openClient(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 3,
    silence_timeout: 3,
    connection: { application_name: `pve-leader ${key}` },
    onclose: () => term?.abort(),
  });
  while (!signal.aborted) {
    // No connection, or a term that failed: tried again after the pause.
    try {
      if (await tryLock(sql, key)) {
        // From here on the connection's end is the term's end: no event can come between the answer and this line.
        term = new AbortController();
        await lead(sql, term, options);
      }
    } catch (error) {
      log.warn({ err: error, key }, 'leadership not had or ended');
    }
    term = undefined;
    await pause(signal);
  }
  await sql.end({ timeout: 1 });
}

/** One term: from the lock taken to the lock given back or lost. */
async function lead(sql: Client, term: AbortController, { key, signal, onLeader, log }: LeadershipOptions) {
  const leading = AbortSignal.any([term.signal, signal]);
  log.info({ key }, 'leadership taken');
  const watched = watch(sql, term, leading);
  // The lock is given back however the work ends; on a lost connection the server has done so already.
  try {
    await onLeader(leading);
  } finally {
    const lost = term.signal.aborted;
    term.abort();
    await watched;
    if (!lost) await sql`select pg_advisory_unlock(hashtextextended(${key}, 0))`;
    log.info({ key, lost }, 'leadership ended');
  }
}

/** Asks the server now and then, so that a connection that is dead without a word is noticed. */
async function watch(sql: Client, term: AbortController, leading: AbortSignal): Promise<void> {
  const stillLeading = (): boolean => !leading.aborted;
  while (stillLeading()) {
    await pause(leading);
    if (stillLeading()) await sql`select 1`.catch(() => term.abort());
  }
}

async function tryLock(sql: Client, key: string): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_lock(hashtextextended(${key}, 0)) as locked`;
  return row?.locked === true;
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(POLL, undefined, { signal }).catch(() => undefined);
}
