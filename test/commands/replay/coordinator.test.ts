import { expect } from 'chai';
import { coordinate, type RunView } from '../../../src/commands/replay/coordinator.ts';
import { Run } from '../../../src/commands/replay/runs.ts';
import { createLiveSignals } from '../../../src/commands/yielding/live-signals.ts';
import { publishReadSignal } from '../../../src/platform/process-signals.ts';
import { logParts, until, type LogParts } from '../../support/log-parts.ts';

const author = { actor: 'anna', now: () => new Date('2026-11-22T06:00:00Z') };
const scope = { mark: '9', from: '1', windows: [{ since: null, until: null }], characterKeys: null };
const plan = { kind: 'plan', planHash: 'h', scope, characters: 1, upstreamCalls: 3, by: 'anna' } as const;
const start = { kind: 'start', coordinator: 'one', poisonBudget: 5 } as const;

describe('the coordinator of a replay', () => {
  let parts: LogParts;
  let run: Run;
  beforeEach(async () => {
    parts = await logParts();
    run = await Run.begin(parts.store, '00000000-0000-4000-8000-000000000001', { commands: [plan, start], author });
    const storeId = await parts.store.storeId();
    await parts.database.query(
      (sql) => sql`insert into subscription_checkpoint (name, store_id, position) values ('backlog', ${storeId}, 99)`,
    );
    await parts.database.query(
      (sql) => sql`insert into backlog_view values ('a', 'A', 'interactive', 'test', 5, now(), now())`,
    );
  });
  afterEach(() => parts.close());

  it('hands out less while the reads of others are slow, and more when they no longer are', async () => {
    const { database, store } = parts;
    const end = new AbortController();
    const publish = (readP99Ms: number) =>
      database.query((sql) => publishReadSignal(sql, { processId: 'an api', readP99Ms }));
    const rates: number[] = [];
    const coordinating = coordinate(
      {
        ...{ store, database, author },
        queue: { add: () => Promise.resolve(), waiting: () => Promise.resolve(0) },
        signals: createLiveSignals({ database, upstreamErrorRatio: () => 0 }),
        perSecond: () => 100,
      },
      run,
      {
        coordinator: 'one',
        drain: new AbortController().signal,
        lost: end.signal,
        onLook: ({ rate }: RunView) => rates.push(rate),
        onNobodyWorks: () => undefined,
      },
    );
    const falls = () =>
      until(
        () => publish(400).then(() => rates.at(-1) ?? 0),
        (rate) => rate > 0 && rate < 10,
      );
    await falls();
    await publish(20);
    const lowest = rates.at(-1) ?? 0;
    await until(
      () => Promise.resolve(rates.at(-1) ?? 0),
      (rate) => rate > lowest,
    );
    end.abort();
    expect(await coordinating).to.equal('lock-lost');
  });
});
