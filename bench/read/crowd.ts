import { openClient, type Client } from '../../src/platform/database-client.ts';
import { pathOf } from './characters.ts';
import { requestBytes } from './connection.ts';
import { openLoop } from './load.ts';
import type { Stage } from './stage.ts';

const PROCESSES = 3;
const READERS = 1000;

/** A thousand readers of one cold key over three processes: how often the database is asked for it, by its own count. */
export async function measureCrowd(stage: Stage) {
  const servers = await Promise.all(
    Array.from({ length: PROCESSES }, () =>
      stage.serve({ SNAPSHOT_FRESH_FOR_SECONDS: '86400', DATABASE_POOL_SIZE: '5' }),
    ),
  );
  const sql = openClient(stage.databaseUrl, { max: 1 });
  const before = await settledScans(sql);
  const bytes = requestBytes(pathOf(1));
  const first = new Map<string, Buffer>();
  const each = Math.ceil(READERS / PROCESSES);
  const measured = await Promise.all(
    servers.map(({ port }) =>
      openLoop({
        port,
        connections: each,
        seconds: 1,
        // All of them within a few milliseconds.
        perSecond: each,
        next: () => ({ path: pathOf(1), bytes }),
        first,
        expected: (answer) => answer.status === 200,
      }),
    ),
  );
  const after = await settledScans(sql);
  await sql.end();
  for (const server of servers) await server.stop();
  const readers = measured.reduce((sum, { answers }) => sum + answers, 0);
  return { processes: PROCESSES, readers, databaseLoads: after - before };
}

/** Look-ups of answers by their key. A backend reports its counts at most once a second: waits until they stand still. */
async function settledScans(sql: Client): Promise<number> {
  const read = async (): Promise<number> => {
    const [row] = await sql<[{ scans: number }]>`
      select idx_scan::int as scans from pg_stat_user_indexes where indexrelname = 'expectation_view_pkey'`;
    return row.scans;
  };
  let last = await read();
  for (let still = 0; still < 15; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = await read();
    if (now !== last) still = 0;
    last = now;
  }
  return last;
}
