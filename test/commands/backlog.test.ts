import { expect } from 'chai';
import { backlogModel } from '../../src/commands/dispatcher.ts';
import type { RecordedEvent } from '../../src/event-store/event-store.ts';
import { toPosition } from '../../src/event-store/event-store.ts';
import { eventOf, logParts, type LogParts } from '../support/log-parts.ts';

type Range = readonly [after: number, through: number];

const at = (position: number, type: string, data: object): RecordedEvent => ({
  ...eventOf(type, { characterKey: 'a', characterName: 'A', class: 'interactive', ...data }),
  schemaVersion: type === 'ValuationSettled' ? 2 : 1,
  stream: 'x',
  revision: 0,
  position: toPosition(String(position)),
  recordedAt: '2026-11-22T00:00:00.000Z',
});
const ranges = (all: readonly Range[]) => all.map(([after, through]) => ({ after: `${after}`, through: `${through}` }));
const requested = (position: number) => at(position, 'ValuationRequested', {});
const settled = (position: number, [after, through]: Range, released: readonly Range[] = [], last = through) =>
  at(position, 'ValuationSettled', {
    ...{ after: `${after}`, through: `${through}` },
    state: { through: `${last}`, parked: [], released: ranges(released) },
  });
const released = (
  position: number,
  [after, through]: Range,
  last: number,
  all: readonly Range[] = [[after, through]],
) =>
  at(position, 'ParkingReleased', {
    ...{ after: `${after}`, through: `${through}`, decision: 'retry' },
    state: { through: `${last}`, parked: [], released: ranges(all) },
  });

describe('the backlog', () => {
  let parts: LogParts;
  beforeEach(async () => {
    parts = await logParts();
  });
  afterEach(() => parts.close());

  const cases: Record<string, { events: RecordedEvent[]; pending: string | undefined; after?: string }> = {
    'a request': { events: [requested(4)], pending: '4', after: '3' },
    'two requests': { events: [requested(4), requested(6)], pending: '6', after: '3' },
    'a settled request': { events: [requested(4), settled(5, [0, 4])], pending: undefined },
    'a request behind what is settled': {
      events: [requested(4), requested(6), settled(7, [0, 4])],
      pending: '6',
      after: '4',
    },
    'a range released after newer requests were settled': {
      events: [settled(9, [4, 8]), released(10, [0, 4], 8)],
      pending: '4',
      after: '0',
    },
    'a released range beside a newer request': {
      events: [requested(11), released(12, [0, 4], 8)],
      pending: '11',
      after: '0',
    },
    'two released ranges, the older one last': {
      events: [
        released(9, [5, 7], 8),
        released(10, [0, 4], 8, [
          [0, 4],
          [5, 7],
        ]),
      ],
      pending: '7',
      after: '0',
    },
    'a released range that is settled': {
      events: [released(9, [0, 4], 8), settled(10, [0, 4], [], 8)],
      pending: undefined,
    },
    'a released range while another one is settled': {
      events: [
        released(9, [0, 4], 8),
        released(10, [5, 7], 8, [
          [0, 4],
          [5, 7],
        ]),
        settled(11, [0, 4], [[5, 7]], 8),
      ],
      pending: '7',
      after: '0',
    },
  };
  for (const [what, { events, pending, after }] of Object.entries(cases)) {
    it(`has ${pending === undefined ? 'no row' : 'a row'} for ${what}, however the log is cut into batches`, async () => {
      for (let cut = 1; cut <= events.length; cut += 1) {
        await parts.database.query((sql) => sql`delete from backlog_view`);
        for (const batch of [events.slice(0, cut), events.slice(cut)]) {
          if (batch.length > 0) await parts.database.transaction((sql) => backlogModel.apply(sql, batch));
        }
        const rows = await parts.database.query(
          (sql) => sql<{ through: bigint; after: bigint }[]>`
            select through, pending_after as after from backlog_view where character_key = 'a'`,
        );
        expect(
          rows.map((row) => [String(row.through), String(row.after)]),
          `cut at ${cut}`,
        ).to.deep.equal(pending ? [[pending, after]] : []);
      }
    });
  }

  it('has a character pending since its first request, however the log is cut into batches', async () => {
    const times = ['2026-11-22T00:00:01.000Z', '2026-11-22T00:00:02.000Z', '2026-11-22T00:00:03.000Z'];
    const events = times.map((occurredAt, i) => {
      const event = requested(4 + i);
      return { ...event, metadata: { ...event.metadata, occurredAt } };
    });
    for (let cut = 1; cut <= events.length; cut += 1) {
      await parts.database.query((sql) => sql`delete from backlog_view`);
      for (const batch of [events.slice(0, cut), events.slice(cut)])
        if (batch.length > 0) await parts.database.transaction((sql) => backlogModel.apply(sql, batch));
      const rows = await parts.database.query(
        (sql) => sql<{ since: Date; newest: Date }[]>`
          select pending_since as since, requested_at as newest from backlog_view`,
      );
      const at = rows.map(({ since, newest }) => [since.toISOString(), newest.toISOString()]);
      expect(at, `cut at ${cut}`).to.deep.equal([[times[0], times[2]]]);
    }
  });
});
