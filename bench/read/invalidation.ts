import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import type { SnapshotConfirmed } from '../../src/domain/character/snapshot.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Stage } from './stage.ts';

const CHANGES = 200;
const NAME = '강은호';

/** From the append of an event to the first cached read in a process that does not project that shows it, in ms. */
export async function measureInvalidation(stage: Stage) {
  const database = openDatabase({ url: stage.databaseUrl, applicationName: 'bench', poolSize: 2 });
  // The other parts' answers stand at positions that this log has not reached: its changes would be old news.
  await database.query((sql) => sql`truncate expectation_view`);
  const projecting = await stage.serve({ ROLE: 'api,worker,projector' });
  const reading = await stage.serve({});
  const path = `/api/v4/characters/${encodeURIComponent(NAME)}/expectation`;
  await fetch(`http://127.0.0.1:${projecting.port}${path}?wait=30`).then((answer) => answer.text());
  const store = createPostgresEventStore({ database, url: stage.databaseUrl });
  const [row] = await database.query(
    (sql) => sql<{ stream: string }[]>`
    select stream from events where type = 'SnapshotRecorded' and data like ${`%${NAME}%`} limit 1`,
  );
  const stream = row?.stream ?? '';
  const taken: number[] = [];
  let etag = await etagAt(reading.port, path);
  for (let change = 0; change < CHANGES; change += 1) {
    const last = await store.readLast(stream);
    if (last === undefined) throw new Error('no snapshot');
    const { characterKey, character, fingerprint } = last.data as SnapshotConfirmed;
    const fetchedAt = new Date().toISOString();
    const began = performance.now();
    await store.append(stream, last.revision, [
      {
        id: randomUUID(),
        type: 'SnapshotConfirmed',
        schemaVersion: 1,
        data: { characterKey, character, fingerprint, fetchStartedAt: fetchedAt, fetchedAt },
        metadata: { correlationId: 'bench', causationId: null, actor: 'bench', occurredAt: fetchedAt },
      },
    ]);
    let now = etag;
    while (now === etag) now = await etagAt(reading.port, path);
    taken.push(performance.now() - began);
    etag = now;
  }
  await store.close();
  await database.close();
  await reading.stop();
  await projecting.stop();
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (q: number): number => Math.round(sorted[Math.min(CHANGES - 1, Math.floor(q * CHANGES))] ?? NaN);
  return { changes: CHANGES, p50: at(0.5), p99: at(0.99), max: at(1), targetMs: 500 };
}

async function etagAt(port: number, path: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    get({ port, path, headers: { 'accept-encoding': 'br' } }, (response) => {
      response.resume().on('end', () => resolve(String(response.headers.etag)));
    }).on('error', reject);
  });
}
