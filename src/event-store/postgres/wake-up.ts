import { randomUUID } from 'node:crypto';
import type { Options } from 'postgres';
import { openClient } from '../../platform/database-client.ts';
import type { Client } from '../../platform/database-client.ts';
import { Bell } from '../bell.ts';

/**
 * At most one wake-up per this time and process, in ms. A NOTIFY per append would more than halve the appends; and each
 * wake-up costs each subscription a read and a transaction, however few events it brings. The first append after a quiet
 * time wakes at once.
 */
const COALESCE_MS = 100;
const CHANNEL = 'event_log';

/** The driver knows this option but does not declare it; its own `listen` gives up when a reconnect fails once. */
interface NotifyOption {
  readonly onnotify: (channel: string, payload: string) => void;
}

/**
 * Tells the trackers of all processes that somebody has appended: NOTIFY and LISTEN on one connection of its own, never
 * inside an append's transaction. A lost wake-up costs a polling interval, nothing else.
 */
export class WakeUp {
  /** Rings when this process or another has appended. */
  readonly appended = new Bell();
  readonly #origin = randomUUID();
  readonly #sql: Client | undefined;
  #listening = false;
  #timer: NodeJS.Timeout | undefined;
  #lastRing = 0;

  /** Without `url` only this process is told. */
  constructor(url: string | undefined) {
    const onnotify: NotifyOption['onnotify'] = (_channel, origin) => {
      if (origin !== this.#origin) this.appended.ring();
    };
    const options: Options<Record<string, never>> & NotifyOption = {
      max: 1,
      max_lifetime: null,
      connection: { application_name: 'pve-wake-up' },
      onclose: () => (this.#listening = false),
      onnotify,
    };
    this.#sql = url === undefined ? undefined : openClient(url, options);
  }

  /** After an append: rings here and in every other process, coalesced. */
  announce(): void {
    const now = performance.now();
    this.#timer ??= setTimeout(() => this.#ring(), Math.max(0, this.#lastRing + COALESCE_MS - now));
  }

  /** Listens, or listens again after a lost connection. Call it again and again; it costs nothing while all is well. */
  listen(): void {
    if (this.#sql === undefined || this.#listening) return;
    this.#listening = true;
    this.#sql`listen ${this.#sql(CHANNEL)}`.catch(() => (this.#listening = false));
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#sql?.end({ timeout: 1 });
  }

  #ring(): void {
    this.#timer = undefined;
    this.#lastRing = performance.now();
    this.appended.ring();
    // Nothing to do about a failure: the other processes poll.
    this.#sql?.notify(CHANNEL, this.#origin).catch(() => undefined);
  }
}
