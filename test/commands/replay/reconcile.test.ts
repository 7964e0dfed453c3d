import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { reconcile } from '../../../src/commands/replay/reconcile.ts';
import type { ReplayScope } from '../../../src/domain/replay/plan.ts';
import { isReconciled } from '../../../src/domain/replay/reconciliation.ts';
import {
  settlementDecider,
  type Outcome,
  type SettlementEvent,
  type SettlementState,
} from '../../../src/domain/valuation-request/settlement.ts';
import { START, type NewEvent, type Position } from '../../../src/event-store/event-store.ts';
import { createMemoryEventStore } from '../../../src/event-store/memory/memory-event-store.ts';
import { eventOf } from '../../support/log-parts.ts';

const NAMES = ['강은호', 'b', 'c', 'd', 'e'];
const OUTCOMES: Record<string, Outcome> = { c: 'ignored', d: 'parked' };

/** A log that a test writes event by event; each call answers the position it has got. */
function testLog() {
  const store = createMemoryEventStore();
  const states = new Map<string, SettlementState>();
  let count = 0;
  const write = async (event: NewEvent, occurredAt = event.metadata.occurredAt): Promise<Position> => {
    const metadata = { ...event.metadata, occurredAt };
    return (await store.append(`stream-${count++}`, 'no-stream', [{ ...event, metadata }])).position;
  };
  const settled = (data: object) => write({ ...eventOf('ValuationSettled', data), schemaVersion: 2 });
  const decided = async (events: readonly SettlementEvent[]) => {
    for (const { type, data } of events) {
      states.set(data.characterKey, data.state);
      await (type === 'ValuationSettled' ? settled(data) : write(eventOf(type, data)));
    }
  };
  const stateOf = (key: string) => states.get(key) ?? settlementDecider.initialState;
  return {
    store,
    settled,
    request: (
      characterKey: string,
      { requestId = randomUUID(), occurredAt = undefined as string | undefined } = {},
    ) => {
      const data = { requestId, characterKey, characterName: characterKey, class: 'interactive', bodyHash: '' };
      return write(eventOf('ValuationRequested', data), occurredAt);
    },
    planned: () => write(eventOf('ReplayPlanned')),
    settle: (characterKey: string, through: bigint, outcome: Outcome = 'valued') =>
      decided(settlementDecider.decide({ kind: 'settle', characterKey, through, outcome }, stateOf(characterKey))),
    release: (characterKey: string, decision: 'retry' | 'ignore') => {
      const [range] = stateOf(characterKey).parked;
      const command = { kind: 'release', characterKey, characterName: characterKey, decision, by: 'x' } as const;
      return decided(settlementDecider.decide({ ...command, ...range! }, stateOf(characterKey)));
    },
  };
}

const scopeOf = (mark: bigint, more: Partial<ReplayScope> = {}): ReplayScope => ({
  ...{ mark: String(mark), from: '1', windows: [{ since: null, until: null }], characterKeys: null },
  ...more,
});

interface Story {
  readonly log: ReturnType<typeof testLog>;
  readonly mark: Position;
  readonly plannedAt: Position;
  /** Last request of each character. */
  readonly newest: Map<string, Position>;
}

/** 60 requests of five characters, a run planned behind them, and the settlement of all but `unsettled`. */
async function aRun({ unsettled = [] as string[] } = {}): Promise<Story> {
  const log = testLog();
  const newest = new Map<string, Position>();
  for (let n = 0; n < 60; n += 1) {
    const name = NAMES[(n + Math.floor(n / 7)) % 5]!;
    newest.set(name, await log.request(name));
  }
  // Behind the mark already when it was planned: the views of those who plan are never ahead of the log.
  await log.request('late');
  const plannedAt = await log.planned();
  const mark = [...newest.values()].reduce((a, b) => (a > b ? a : b));
  for (const [name, through] of newest) {
    if (!unsettled.includes(name)) await log.settle(name, through, OUTCOMES[name]);
  }
  return { log, mark, plannedAt, newest };
}

const check = ({ log, mark, plannedAt }: Story) => reconcile(log.store, scopeOf(mark), plannedAt);

/** The settlement of a range that no decider would write. */
const planted = (characterKey: string, after: bigint, through: bigint) => {
  const state = { through: String(through), parked: [], released: [] };
  const range = { after: String(after), through: String(through) };
  return { characterKey, ...range, outcome: 'valued', reason: null, evidence: {}, state };
};

describe('reconciliation of a run with the log', () => {
  it('finds one outcome for each request, and hashes request ids and outcomes in their order', async () => {
    const story = await aRun();
    const { sums } = await check(story);
    const lines: string[] = [];
    const { events } = await story.log.store.readAll({ after: START, limit: 1000 });
    for (const { type, data } of events) {
      if (type !== 'ValuationRequested') continue;
      const { requestId, characterKey } = data as { requestId: string; characterKey: string };
      if (characterKey !== 'late') lines.push(`${requestId} ${OUTCOMES[characterKey] ?? 'valued'}\n`);
    }
    const digest = createHash('sha256').update(lines.sort().join('')).digest('hex');
    const parked = lines.filter((line) => line.endsWith(' parked\n')).length;
    const ignored = lines.filter((line) => line.endsWith(' ignored\n')).length;
    expect(sums).to.deep.equal({
      ...{ expected: 60, valued: 60 - parked - ignored, ignored, parked },
      ...{ missing: 0, duplicates: 0, orphans: 0, digest },
    });
    expect(isReconciled(sums)).to.equal(true);
    expect(Math.min(parked, ignored)).to.be.greaterThan(0);
  });

  it('is not disturbed by live traffic behind the mark', async () => {
    const story = await aRun();
    const { digest } = (await check(story)).sums;
    await story.log.settle('b', await story.log.request('b'));
    await story.log.settle('new', await story.log.request('new'));
    await story.log.request('c');
    expect((await check(story)).sums).to.include({ expected: 60, digest, missing: 0, orphans: 0, duplicates: 0 });
  });

  it('finds every request that has no outcome', async () => {
    const { sums, mismatches } = await check(await aRun({ unsettled: ['b'] }));
    expect(sums.missing).to.be.greaterThan(0);
    expect(sums.expected).to.equal(60);
    expect(sums.valued + sums.ignored + sums.parked + sums.missing).to.equal(60);
    expect(mismatches.missing).to.have.length(sums.missing);
    expect(new Set(mismatches.missing.map((it) => it.characterKey))).to.deep.equal(new Set(['b']));
    expect(isReconciled(sums)).to.equal(false);
  });

  it('finds the one request that a settlement has left out', async () => {
    const story = await aRun({ unsettled: ['b'] });
    const through = story.newest.get('b')!;
    await story.log.settled(planted('b', 0n, through - 1n));
    const { sums, mismatches } = await check(story);
    expect(sums.missing).to.equal(1);
    expect(mismatches.missing[0]).to.include({ characterKey: 'b', position: String(through) });
  });

  it('finds a request that was settled twice', async () => {
    const story = await aRun();
    const through = story.newest.get('e')!;
    await story.log.settled(planted('e', through - 1n, through));
    const { sums, mismatches } = await check(story);
    expect(sums).to.include({ expected: 60, missing: 0, duplicates: 1, orphans: 0 });
    expect(mismatches.duplicates[0]).to.include({ characterKey: 'e', position: String(through) });
    expect(isReconciled(sums)).to.equal(false);
  });

  it('finds a request that stands in the log twice', async () => {
    const log = testLog();
    const requestId = randomUUID();
    await log.request('a', { requestId });
    await log.request('b');
    const mark = await log.request('a', { requestId });
    const plannedAt = await log.planned();
    await log.settle('a', mark);
    await log.settle('b', mark);
    const { sums, mismatches } = await reconcile(log.store, scopeOf(mark), plannedAt);
    expect(sums).to.include({ expected: 3, duplicates: 1 });
    expect(mismatches.duplicates[0]).to.include({ requestId });
  });

  it('finds a settlement that settles no request', async () => {
    const story = await aRun();
    await story.log.settle('nobody', story.mark);
    const { sums, mismatches } = await check(story);
    expect(sums).to.include({ expected: 60, missing: 0, duplicates: 0, orphans: 1 });
    expect(mismatches.orphans[0]).to.include({ characterKey: 'nobody', after: '0', through: String(story.mark) });
    expect(isReconciled(sums)).to.equal(false);
  });

  it('counts what was pending when it was planned: not what was settled or parked before, but what was released', async () => {
    const log = testLog();
    const settled = await log.request('settled');
    const parked = await log.request('parked');
    const retried = await log.request('retried');
    const pending = await log.request('pending');
    await log.settle('settled', settled);
    await log.settle('parked', parked, 'parked');
    await log.settle('retried', retried, 'parked');
    await log.release('retried', 'retry');
    const plannedAt = await log.planned();
    await log.settle('retried', retried);
    await log.settle('pending', pending, 'parked');
    await log.release('pending', 'ignore');
    const { sums } = await reconcile(log.store, scopeOf(pending), plannedAt);
    expect(sums).to.include({ expected: 2, valued: 1, ignored: 1, parked: 0, missing: 0, duplicates: 0, orphans: 0 });
  });

  it('misses what has been released again and is pending', async () => {
    const story = await aRun();
    await story.log.release('d', 'retry');
    const { sums } = await check(story);
    expect(sums.parked).to.equal(0);
    expect(sums.missing).to.be.greaterThan(0);
    await story.log.settle('d', story.newest.get('d')!);
    expect((await check(story)).sums).to.include({ parked: 0, missing: 0, duplicates: 0 });
  });

  it('looks at the characters and times of the run only', async () => {
    const log = testLog();
    await log.request('a', { occurredAt: '2026-11-22T01:00:00.000Z' });
    await log.request('a', { occurredAt: '2026-11-22T03:00:00.000Z' });
    const mark = await log.request('b', { occurredAt: '2026-11-22T03:00:00.000Z' });
    const plannedAt = await log.planned();
    const windows = [{ since: '2026-11-22T02:00:00.000Z', until: null }];
    const count = async (more: Partial<ReplayScope>) =>
      (await reconcile(log.store, scopeOf(mark, more), plannedAt)).sums.expected;
    expect(await count({})).to.equal(3);
    expect(await count({ windows })).to.equal(2);
    expect(await count({ windows, characterKeys: ['a'] })).to.equal(1);
    expect(await count({ characterKeys: ['nobody'] })).to.equal(0);
  });
});
