import { expect } from 'chai';
import { readEvent } from '../../../src/domain/events.ts';
import { startWorker, type WorkerParts } from '../../../src/commands/valuation/worker.ts';
import { migrateQueue, openQueue, type ValuationQueue } from '../../../src/platform/queue.ts';
import { logParts, until, type LogParts } from '../../support/log-parts.ts';
import { silent } from '../../support/silent-log.ts';

describe('a worker', () => {
  let parts: LogParts;
  let queue: ValuationQueue;
  beforeEach(async () => {
    parts = await logParts();
    await migrateQueue({ databaseUrl: parts.url });
    queue = openQueue({ databaseUrl: parts.url }, silent);
    await queue.ping();
  });
  afterEach(async () => {
    await queue.close();
    await parts.close();
  });

  /** A character with a fresh answer, and requests up to a position of which the dispatcher knows. */
  const known = (through: number) =>
    parts.database.query(
      (sql) => sql`
        with answer as (
          insert into expectation_view (character_key, ocid, fingerprint, as_of, fetch_started_at, changed_at, etag, body)
          values ('a', 'ocid', 'f', now(), now(), 1, 'e', '')
        )
        insert into backlog_view (character_key, character_name, class, correlation_id, through, requested_at, pending_since)
        values ('a', 'A', 'interactive', 'test', ${through}, now(), now())`,
    );

  it('settles with a job the requests that have become known while it waited', async () => {
    await known(9);
    const job = { characterKey: 'a', characterName: 'A', through: '5', requestedAt: '2026-11-22T00:00:00Z' };
    await queue.add([{ ...job, class: 'interactive', correlationId: 'test' }]);
    const circuit = { held: () => false, onHeld: () => () => undefined };
    const own = { queue, circuit, concurrency: 1, log: silent, freshForSeconds: () => 900, now: () => new Date() };
    // No upstream, no engine: the answer is fresh.
    const worker = startWorker({ ...parts, ...own } as unknown as WorkerParts);
    const last = await until(
      () => parts.store.readLast('valuation-a'),
      (event) => event !== undefined,
    );
    await worker.stop();
    expect(last && readEvent(last).data).to.include({ after: '0', through: '9', outcome: 'valued' });
  });
});
