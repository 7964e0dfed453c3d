import { setTimeout as delay } from 'node:timers/promises';
import { toPosition, type EventStore, type Position } from '../../src/event-store/event-store.ts';
import type { Client } from '../../src/platform/database-client.ts';

/** Seconds that each subscription is behind the log: the age of the first event it has not passed. */
export async function secondsBehind(sql: Client): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; seconds: number | null }[]>`
    select name, extract(epoch from clock_timestamp() - (
      select recorded_at from events e where e.position > c.position order by e.position limit 1
    ))::float8 as seconds
    from subscription_checkpoint c order by name`;
  return Object.fromEntries(rows.map(({ name, seconds }) => [name, Number((seconds ?? 0).toFixed(2))]));
}

/** Whether every subscription has passed this position. */
async function havePassed(sql: Client, position: bigint): Promise<boolean> {
  const [row] = await sql<[{ behind: bigint }]>`
    select count(*) as behind from subscription_checkpoint where position < ${position}`;
  return row.behind === 0n;
}

export async function headOf(sql: Client): Promise<bigint> {
  const [row] = await sql<[{ head: bigint | null }]>`select max(position) as head from events`;
  return row.head ?? 0n;
}

export async function openOutages(sql: Client): Promise<number> {
  const [row] = await sql<[{ open: number }]>`
    select (count(*) filter (where type = 'OutageStarted') - count(*) filter (where type = 'OutageEnded'))::int as open
    from events where type in ('OutageStarted', 'OutageEnded')`;
  return row.open;
}

/** Waits for a condition, looking four times a second. Throws when it does not come within the time. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(250);
  }
}

/** Waits until all read models show the log as it is now. */
export async function caughtUp(sql: Client, seconds: number): Promise<void> {
  const head = await headOf(sql);
  await until('read models show the log', seconds, () => havePassed(sql, head));
}

const LOOK_MS = 200;
const STANDSTILL_MS = 120_000;

/** Follows the settlements in the log up to its safe head, so that one that commits late is not missed. */
export class Settlements {
  readonly #store: EventStore;
  readonly #characters = new Set<string>();
  #after: Position;
  #events = 0;
  #last = 0;

  /** From behind a position on. */
  constructor(store: EventStore, after: bigint) {
    this.#store = store;
    this.#after = toPosition(after);
  }

  get events(): number {
    return this.#events;
  }

  get characters(): number {
    return this.#characters.size;
  }

  /** When the last one was written (ms of the time of day), 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Follows them until the signal aborts. Throws when there is none for two minutes. */
  async follow(signal: AbortSignal): Promise<void> {
    let since = performance.now();
    while (!signal.aborted) {
      const before = this.#events;
      await this.#look();
      if (this.#events !== before) since = performance.now();
      if (performance.now() - since > STANDSTILL_MS) throw new Error('nothing is settled any more');
      await delay(LOOK_MS);
    }
    await this.#look();
  }

  /** Waits until so many characters have been settled. */
  async reached(characters: number): Promise<void> {
    while (this.characters < characters) await delay(LOOK_MS / 4);
  }

  async #look(): Promise<void> {
    const { events, through } = await this.#store.readAll({
      after: this.#after,
      types: ['ValuationSettled'],
      limit: 1000,
    });
    for (const { stream, recordedAt } of events) {
      this.#characters.add(stream);
      this.#last = Math.max(this.#last, Date.parse(recordedAt));
    }
    this.#events += events.length;
    this.#after = through;
  }
}

/** When the first settlement behind a position was written (ms of the time of day), `undefined` while there is none. */
export async function firstSettlementAfter(sql: Client, position: bigint): Promise<number | undefined> {
  const [row] = await sql<{ recorded_at: Date }[]>`
    select recorded_at from events where type = 'ValuationSettled' and position > ${position} order by position limit 1`;
  return row?.recorded_at.getTime();
}
