import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { silent } from './silent-log.ts';

/** A PostgreSQL server that belongs to one test. */
export interface TestServer {
  readonly url: string;
  readonly dataDir: string;
  /** The pid of the server that runs at the moment. */
  readonly pid: () => number;
  /** Kills the server (SIGKILL); it comes back by itself at the same address, as the product's does. */
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
}

/** The product's own embedded PostgreSQL in `dataDir`. */
export async function startPostgres(dataDir: string, settings: Record<string, string> = {}): Promise<TestServer> {
  const server = await startEmbeddedPostgres({ dataDir, log: silent, settings });
  return {
    url: server.url,
    dataDir,
    pid: server.pid,
    kill: () => process.kill(server.pid(), 'SIGKILL'),
    stop: server.stop,
  };
}
