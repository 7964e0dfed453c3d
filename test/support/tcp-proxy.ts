import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A network between a client and a server that can be cut without either of them being told. */
export interface TcpProxy {
  readonly url: string;
  /** From now on nothing passes, in either direction; new connections are accepted and lead nowhere. */
  readonly freeze: () => void;
  /** Traffic of new connections passes again; the frozen ones stay dead. */
  readonly thaw: () => void;
  readonly close: () => Promise<void>;
}

/** A proxy on a free loopback port in front of the server of `target`, a URL. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      if (frozen) from.pause();
      else from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  const freeze = (): void => {
    frozen = true;
    for (const socket of sockets) socket.unpipe().pause();
  };
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { url: url.href, freeze, thaw: () => (frozen = false), close };
}
