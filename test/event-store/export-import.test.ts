import { Readable } from 'node:stream';
import { expect } from 'chai';
import { derivedId } from '../../src/domain/ids.ts';
import { START, type EventStore, type NewEvent } from '../../src/event-store/event-store.ts';
import { exportLog } from '../../src/event-store/export-log.ts';
import { importLog } from '../../src/event-store/import-log.ts';
import { createMemoryEventStore } from '../../src/event-store/memory/memory-event-store.ts';
import { eventOf, logParts, type LogParts } from '../support/log-parts.ts';

function requested(characterKey: string): NewEvent {
  const data = {
    requestId: derivedId(characterKey),
    characterKey,
    characterName: characterKey,
    class: 'interactive',
    bodyHash: '',
  };
  return eventOf('ValuationRequested', data);
}

function settled(after: bigint, through: bigint, parked: { after: string; through: string }[] = []): NewEvent {
  const range = { after: String(after), through: String(through) };
  return eventOf('ValuationSettled', {
    characterKey: 'a',
    ...range,
    outcome: 'valued',
    reason: null,
    evidence: {},
    parked,
  });
}

function each(lines: readonly string[]): AsyncIterable<string> {
  return Readable.from(lines) as AsyncIterable<string>;
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

const content = async (store: EventStore) =>
  (await store.readAll({ after: START, limit: 100 })).events.map(({ id, stream, revision, type, metadata }) => ({
    id,
    stream,
    revision,
    type,
    metadata,
  }));

describe('exporting and importing a log', () => {
  let source: EventStore;
  let target: LogParts;
  let lines: string[];

  beforeEach(async () => {
    target = await logParts();
    source = createMemoryEventStore();
    // Positions of the source must not be those of the target: events of another kind stand before.
    const first = await source.append('request-1', 'no-stream', [requested('a')]);
    await source.append('request-2', 'no-stream', [requested('b')]);
    await source.append('valuation-a', 'no-stream', [settled(0n, first.position)]);
    const third = await source.append('request-3', 'no-stream', [requested('a')]);
    const range = { after: String(first.position), through: String(third.position) };
    await source.append('valuation-a', 0, [settled(first.position, third.position, [range])]);
    const state = { through: range.through, parked: [], released: [range] };
    const release = { characterKey: 'a', characterName: 'a', ...range, decision: 'retry', by: 'x', state };
    await source.append('valuation-a', 1, [eventOf('ParkingReleased', release)]);
    lines = await collect(exportLog(source));
  });
  afterEach(() => target.close());

  it('brings the same events in the same order, with positions of the new log', async () => {
    await target.database.query(
      (sql) => sql`select nextval(pg_get_serial_sequence('events', 'position')) from generate_series(1, 100)`,
    );
    expect(await importLog(target.store, each(lines))).to.equal(6);
    expect(await content(target.store)).to.deep.equal(await content(source));
    const { events } = await target.store.readAll({ after: START, limit: 100 });
    const [first, , settlement, third, last, released] = events.map((event) => ({
      at: String(event.position),
      data: event.data,
    }));
    expect(Number(first!.at)).to.be.greaterThan(100);
    expect(settlement?.data).to.include({ after: '0', through: first?.at });
    const range = { after: first?.at, through: third?.at };
    expect(last?.data).to.deep.include(range);
    expect(last?.data).to.deep.include({ state: { through: third?.at, parked: [range], released: [] } });
    expect(released?.data).to.deep.include(range);
    expect(released?.data).to.deep.include({ state: { through: third?.at, parked: [], released: [range] } });
  });

  const damages: Record<string, (lines: string[]) => string[]> = {
    'a changed line': (all) => all.map((line, n) => (n === 2 ? line.replace('"b"', '"x"') : line)),
    'a removed line': (all) => all.filter((_, n) => n !== 2),
    'two lines in another order': (all) => [all[0]!, all[2]!, all[1]!, ...all.slice(3)],
    'a missing end': (all) => all.slice(0, -1),
    'a line cut off': (all) => [...all.slice(0, 3), all[3]!.slice(0, 40)],
    'a file of something else': () => ['{"hello":"world"}'],
    'an empty file': () => [],
  };
  for (const [kind, damage] of Object.entries(damages)) {
    it(`refuses ${kind}`, async () => {
      const refusal = await importLog(target.store, each(damage(lines))).catch((error: unknown) => error);
      expect(refusal).to.include({ name: 'ProblemError', code: 'invalid-input' });
      // What stood before the damage may be there; nothing behind it, least of all a settlement.
      const { events } = await target.store.readAll({ after: START, limit: 100 });
      const intact = kind === 'a missing end';
      expect(events.some((event) => event.type === 'ValuationSettled')).to.equal(intact);
    });
  }

  it('refuses a store that is not empty', async () => {
    await target.store.append('x', 'no-stream', [eventOf('ValuationRequested')]);
    const refusal = await importLog(target.store, each(lines)).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'conflict' });
  });
});
