import { expect } from 'chai';
import { backlogModel } from '../../../src/commands/dispatcher.ts';
import { Run } from '../../../src/commands/replay/runs.ts';
import type { ReplayCommand } from '../../../src/domain/replay/run.ts';
import { rebuild } from '../../../src/event-store/rebuild.ts';
import { START } from '../../../src/event-store/event-store.ts';
import { findReplay, listReplays } from '../../../src/platform/read-models/replay.ts';
import { logParts, type LogParts } from '../../support/log-parts.ts';

const author = { actor: 'anna', now: () => new Date('2026-11-22T06:00:00Z') };
const scope = { mark: '9', from: '1', windows: [{ since: null, until: null }], characterKeys: null };
const progress = { ranges: 2, handedOut: 3, valued: 1, ignored: 1, parked: 1 };
const reconciliation = {
  ...{ expected: 3, valued: 1, ignored: 1, parked: 1, missing: 0, duplicates: 0, orphans: 0 },
  digest: 'ab',
};
const plan = { kind: 'plan', planHash: 'h', scope, characters: 3, upstreamCalls: 9, by: 'anna' } as const;
const start = { kind: 'start', coordinator: 'one', poisonBudget: 5 } as const;
const FIRST = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';

describe('the read model of replay runs', () => {
  let parts: LogParts;
  beforeEach(async () => {
    parts = await logParts();
  });
  afterEach(() => parts.close());

  const page = (limit: number, before = 2n ** 62n) =>
    parts.database.query((sql) => listReplays(sql, { before, limit }));

  async function run(id: string, then: readonly ReplayCommand[]): Promise<void> {
    const begun = await Run.begin(parts.store, id, { commands: [plan, start], author });
    for (const command of then) await begun.write(command, author);
  }

  it('tells of a run what its stream tells, and is the same rebuilt from the log', async () => {
    await run(FIRST, [
      { kind: 'checkpoint', coordinator: 'one', progress },
      { kind: 'pause', by: 'ben', reason: 'poison-budget' },
      { kind: 'take-over', by: 'ben', coordinator: 'two', poisonBudget: 8 },
      { kind: 'complete', coordinator: 'two', progress, reconciliation },
    ]);
    await run(SECOND, [{ kind: 'pause', by: 'ben', reason: 'operator' }]);
    const { events } = await parts.store.readAll({ after: START, limit: 100 });
    for (const event of events) await parts.database.transaction((sql) => backlogModel.apply(sql, [event]));
    const live = await page(10);
    expect(live.map(({ id, state }) => [id, state.status, state.pausedFor])).to.deep.equal([
      [SECOND, 'paused', 'operator'],
      [FIRST, 'completed', null],
    ]);
    const completed = await parts.database.query((sql) => findReplay(sql, FIRST));
    expect(completed).to.deep.include({ reconciliation, coordinated: false, position: events[0]?.position });
    expect(completed?.state).to.deep.include({ coordinator: 'two', poisonBudget: 8, progress });
    expect(completed?.plan).to.deep.include({ planHash: 'h', scope, by: 'anna' });

    await parts.database.query((sql) => sql`truncate replay_view`);
    await rebuild(backlogModel, { ...parts, onProgress: () => undefined });
    expect(await page(10)).to.deep.equal(live);
  });

  it('is read in pages, newest first', async () => {
    await run(FIRST, [{ kind: 'cancel', by: 'ben' }]);
    await run(SECOND, []);
    await rebuild(backlogModel, { ...parts, onProgress: () => undefined });
    const [newest] = await page(1);
    expect(newest?.id).to.equal(SECOND);
    expect((await page(1, newest?.position)).map(({ id }) => id)).to.deep.equal([FIRST]);
  });
});
