import { expect } from 'chai';
import { createDispatcher } from '../../src/commands/dispatcher.ts';
import { createAcceptRequest } from '../../src/commands/requests/accept-request.ts';
import { START } from '../../src/event-store/event-store.ts';
import { migrateQueue, openQueue, type ValuationQueue } from '../../src/platform/queue.ts';
import { appendTo } from '../support/append-to.ts';
import { eventOf, logParts, type LogParts } from '../support/log-parts.ts';
import { silent } from '../support/silent-log.ts';

describe('the dispatcher', () => {
  let parts: LogParts;
  let queue: ValuationQueue;
  let held: boolean;
  beforeEach(async () => {
    parts = await logParts();
    await migrateQueue({ databaseUrl: parts.url });
    queue = openQueue({ databaseUrl: parts.url }, silent);
    await queue.ping();
    held = false;
  });
  afterEach(async () => {
    await queue.close();
    await parts.close();
  });

  /** What the subscription does with everything that is in the log after a position; answers the new one. */
  async function dispatch(after = START) {
    const dispatcher = createDispatcher({ ...parts, queue, held: () => held });
    const { events, through } = await parts.store.readAll({ after, limit: 100, types: dispatcher.types });
    await parts.database.transaction((sql) => dispatcher.apply(sql, events));
    await dispatcher.committed?.(events);
    return through;
  }
  const request = (key: string) =>
    createAcceptRequest({
      store: parts.store,
      append: appendTo(parts.store),
      limits: undefined,
      now: () => new Date(),
    })({
      characterName: '강은호',
      idempotency: { key, route: 'test' },
      client: 'test',
      correlationId: 'test',
      actor: 'test',
    });
  const backlog = () => parts.database.query((sql) => sql`select 1 from backlog_view`);

  it('queues what is requested', async () => {
    await request('a');
    await dispatch();
    expect(await queue.waiting()).to.equal(1);
  });

  it('only remembers it while the upstream is held', async () => {
    held = true;
    await request('a');
    await dispatch();
    expect([await queue.waiting(), (await backlog()).length]).to.deep.equal([0, 1]);
  });

  it('queues a character again whose settlement has left newer requests pending', async () => {
    held = true;
    const { position } = await request('a');
    const { characterKey } = await request('b');
    const between = await dispatch();
    held = false;
    const through = String(position);
    const settled = { characterKey, characterName: '강은호', outcome: 'valued', reason: null, evidence: {} };
    const state = { through, parked: [], released: [] };
    const ranges = [{ after: '0', through }];
    const event = {
      ...eventOf('ValuationSettled', { ...settled, after: '0', through, ranges, state }),
      schemaVersion: 2,
    };
    await parts.store.append(`valuation-${characterKey}`, 'no-stream', [event]);
    await dispatch(between);
    expect(await queue.waiting()).to.equal(1);
  });
});
