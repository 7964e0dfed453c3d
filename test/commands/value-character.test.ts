import { expect } from 'chai';
import { valueCharacter, type ValueCharacterParts } from '../../src/commands/valuation/value-character.ts';
import type { ValuationJob } from '../../src/platform/queue.ts';
import { eventOf, logParts, type LogParts } from '../support/log-parts.ts';

describe('a job of which nothing is left to do', () => {
  let parts: LogParts;
  beforeEach(async () => {
    parts = await logParts();
  });
  afterEach(() => parts.close());

  const job: ValuationJob = {
    ...{ characterKey: 'a', characterName: 'A', through: '5', requestedAt: '2026-11-22T00:00:00Z' },
    class: 'interactive',
    correlationId: 'test',
  };
  const settledThrough = async (through: string, released: object[] = []) => {
    const data = { characterKey: 'a', after: '0', through, state: { through, parked: [], released } };
    await parts.store.append('valuation-a', 'no-stream', [{ ...eventOf('ValuationSettled', data), schemaVersion: 2 }]);
  };
  const pend = (through: string) =>
    parts.database.query(
      (sql) => sql`
        insert into backlog_view (character_key, character_name, class, correlation_id, through, requested_at, pending_since)
        values ('a', 'A', 'interactive', 'test', ${through}, now(), now())`,
    );
  const pending = async () =>
    (await parts.database.query((sql) => sql`select 1 from backlog_view where character_key = 'a'`)).length;
  /** No upstream, no engine: the job must not get so far. */
  const run = () => valueCharacter({ ...parts, now: () => new Date() } as unknown as ValueCharacterParts, job);

  it('leaves the backlog, which has learned of the request after its settlement', async () => {
    await settledThrough('9');
    await pend('5');
    await run();
    expect(await pending()).to.equal(0);
  });

  it('stays in the backlog while a released range is pending', async () => {
    await settledThrough('9', [{ after: '5', through: '7' }]);
    await pend('7');
    await run();
    expect(await pending()).to.equal(1);
  });
});
