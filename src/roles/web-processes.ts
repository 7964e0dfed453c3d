import { WebProcesses } from '../platform/cluster/web-processes.ts';
import type { Parts } from './parts.ts';

/** Starts `WEB_CONCURRENCY` processes that answer HTTP, with this one's database. Resolves with their address. */
export async function startWebProcesses({ config, log, metrics, databaseUrl, lifeline }: Parts): Promise<string> {
  const processes = new WebProcesses({
    count: config.WEB_CONCURRENCY,
    variables: { DATABASE_URL: databaseUrl },
    registry: metrics.registry,
    log,
  });
  lifeline.add('readiness', processes, (it) => it.drain(config.DRAIN_SECONDS * 1000));
  lifeline.add('requests', processes, (it) => it.ended());
  const port = await processes.start();
  return `http://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${port}`;
}
