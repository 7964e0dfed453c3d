import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { until } from './log-parts.ts';

/**
 * What stands in front of several processes: new connections go in turn to those that are ready, by `/readyz`. It knows
 * no HTTP beyond that, repeats nothing, and passes on whatever happens to a connection.
 */
export interface Balancer {
  readonly url: string;
  /** Takes a process in; resolves when it is ready. */
  readonly add: (url: string) => Promise<void>;
  /** Connections that each process, by its URL, has been given. */
  readonly given: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

const PROBE_EVERY_MS = 50;

/** A balancer on a free loopback port. */
export async function startBalancer(): Promise<Balancer> {
  const given = new Map<string, number>();
  const ready = new Set<string>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const url = [...ready][turn++ % ready.size];
    if (url === undefined) return void client.destroy();
    given.set(url, (given.get(url) ?? 0) + 1);
    const backend = connect(Number(new URL(url).port), '127.0.0.1');
    join(client, backend, sockets);
    join(backend, client, sockets);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const probe = async (url: string): Promise<void> => {
    const answer = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).catch(() => undefined);
    if (answer?.ok === true) ready.add(url);
    else ready.delete(url);
  };
  const probing = setInterval(() => [...given.keys()].forEach((url) => void probe(url)), PROBE_EVERY_MS);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    add: async (url) => {
      given.set(url, 0);
      await until(
        () => Promise.resolve(ready.has(url)),
        (is) => is,
      );
    },
    close: async () => {
      clearInterval(probing);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What `from` says goes to `to`, its end included, however it ends. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => sockets.delete(from));
}
