import { expect } from 'chai';
import { WakeUp } from '../../src/event-store/postgres/wake-up.ts';
import { newEvents, Subscriber, unique } from '../contract/fixtures.ts';
import { openPostgresLog } from './postgres-fixture.ts';
import type { PostgresLog } from './postgres-fixture.ts';

describe('postgres: wake-up', () => {
  let log: PostgresLog;
  let open: WakeUp[];

  beforeEach(async () => {
    log = await openPostgresLog();
    open = [];
  });

  afterEach(async () => {
    await Promise.all(open.map((wakeUp) => wakeUp.close()));
    await log.dispose();
  });

  function wakeUp(url: string | undefined): WakeUp {
    const one = new WakeUp(url);
    open.push(one);
    return one;
  }

  /** Announces until the other side has heard it: what was announced before it listened is lost, by design. */
  async function heard(from: WakeUp, by: WakeUp): Promise<void> {
    for (const rings = by.appended.rings; by.appended.rings === rings;) {
      by.listen();
      from.announce();
      await by.appended.rung(undefined, 50);
    }
  }

  it('tells another process that somebody has appended', async () => {
    await heard(wakeUp(log.url), wakeUp(log.url));
  });

  it('tells it again after its connection was lost', async () => {
    const [from, by] = [wakeUp(log.url), wakeUp(log.url)];
    await heard(from, by);
    await log.database.query(
      (sql) => sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'pve-wake-up' and datname = current_database()`,
    );
    await heard(from, by);
  });

  it('rings once for a thousand appends at once', async () => {
    const one = wakeUp(undefined);
    for (let i = 0; i < 1000; i++) one.announce();
    await one.appended.rung();
    expect(one.appended.rings).to.equal(1);
  });

  it('is a hint only: a store without one finds the appends of other processes by polling', async () => {
    const deaf = log.openStore({ deaf: true });
    const subscriber = new Subscriber(deaf, { after: await deaf.head() });
    const { position } = await log.openStore().append(unique('polled'), 'no-stream', newEvents(1));
    await subscriber.reached(position);
    await subscriber.stop();
  });
});
