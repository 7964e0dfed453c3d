import { expect } from 'chai';
import type { CompactValuation } from '../../src/domain/valuation/compact.ts';
import { rebuild } from '../../src/event-store/rebuild.ts';
import type { Subscriber } from '../../src/event-store/subscriber.ts';
import { expectationHistoryProjection } from '../../src/projections/expectation-history.ts';
import { expectationProjection } from '../../src/projections/expectation.ts';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { characterLog, type CharacterLog } from '../support/character-log.ts';
import { logParts, type LogParts } from '../support/log-parts.ts';

const hat = (stars: number) => wearing(anItem({ stars }));
const minute = (n: number) => new Date(Date.UTC(2026, 10, 1, 0, n));
const UNREADABLE = { shapes: [], value: [7] } as CompactValuation;

describe('the read models of a character, given its events', () => {
  let parts: LogParts;
  let log: CharacterLog;
  beforeEach(async () => {
    parts = await logParts();
    log = characterLog(parts.url, '그이');
  });
  afterEach(async () => {
    await log.close();
    await parts.close();
  });

  const build = (model: Subscriber) => rebuild(model, { ...parts, onProgress: () => undefined });
  const rows = (table: string) =>
    parts.database.query((sql) => sql<Record<string, unknown>[]>`select * from ${sql(table)} order by 1, 2`);

  it('have a row of history per calculation, in whole mesos, and park one that cannot be read', async () => {
    const first = await log.append(minute(0), log.recorded(hat(17), minute(0)), log.calculated(hat(17)));
    await log.append(minute(1), log.confirmed(hat(17), minute(1)), log.calculated(hat(17), UNREADABLE));
    const last = await log.append(minute(2), log.recorded(wearing(), minute(2)), log.calculated(wearing()));
    await build(expectationHistoryProjection);
    const found = await rows('expectation_history');
    expect(found.map((row) => [row.ocid, row.position, row.calculated_at])).to.deep.equal([
      [log.ocid, first, minute(0)],
      [log.ocid, last, minute(2)],
    ]);
    const [valued, naked] = found.map((row) => JSON.parse(String(row.total)) as Record<string, number>);
    expect(Object.keys(valued ?? {})).to.deep.equal(['mean', 'sd', 'p10', 'p50', 'p75', 'p90', 'p95', 'p99']);
    expect(Object.values(valued ?? {}).every((amount) => Number.isSafeInteger(amount) && amount > 0)).to.equal(true);
    expect(naked).to.include({ mean: 0, p90: 0 });
    expect(await rows('parked_event')).to.have.length(1);
  });

  it('keep the answer that stood while newer equipment is valued, also when all is read in one batch', async () => {
    const valued = await log.append(minute(0), log.recorded(hat(17), minute(0)), log.calculated(hat(17)));
    await log.append(minute(1), log.recorded(hat(18), minute(1)));
    await build(expectationProjection);
    const [row, ...others] = await rows('expectation_view');
    expect(others).to.have.length(0);
    expect(row).to.include({ ocid: log.ocid, changed_at: valued });
    expect(row?.as_of).to.deep.equal(minute(0));
  });
});
