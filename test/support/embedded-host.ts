/** A process of its own that runs the embedded PostgreSQL in the folder given as argument, until it is killed. */
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { silent } from './silent-log.ts';

const [, , dataDir = ''] = process.argv;
// What a terminal sends to everybody must be survived by both.
process.on('SIGINT', () => undefined);
void startEmbeddedPostgres({ dataDir, log: silent }).then(
  (server) =>
    process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid(), uid: process.getuid?.() })}\n`),
  (error: unknown) => {
    process.stdout.write(`${JSON.stringify({ refused: String(error) })}\n`);
    process.exit(1);
  },
);
setInterval(() => undefined, 1 << 30);
