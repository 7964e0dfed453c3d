import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from './api.ts';
import { createCast } from './cast.ts';
import { answerControl, type Controls } from './control.ts';
import { CALM } from './switches.ts';
import { createTally } from './tally.ts';

export interface StandinOptions {
  /** A folder of characters beside the samples: `<name>/basic.json`, `<name>/item-equipment.json`. */
  readonly folder?: string;
  /** All generated characters follow from it. */
  readonly seed?: string;
  /** The key that callers must show. */
  readonly apiKey?: string;
}

/** The game's open API on loopback: the same paths, bodies and errors, with switches to make it fail. */
export interface Standin extends Controls {
  readonly apiKey: string;
  /** Starts to serve; port 0 takes a free one. Resolves to the origin, `http://127.0.0.1:PORT`. */
  start(port: number): Promise<string>;
  /** Ends open calls and the server. */
  stop(): Promise<void>;
}

/** @throws Error when the folder cannot be served, naming the file at fault */
export function createStandin(options: StandinOptions = {}): Standin {
  const { seed = 'pve', apiKey = 'standin', folder } = options;
  const tally = createTally();
  let switches = CALM;
  const api = createApi({ cast: createCast(seed, folder), tally, apiKey, seed, switches: () => switches });
  let server: Server | undefined;

  const standin: Standin = {
    apiKey,
    start: async (port) => {
      server = createServer((request, response) => route(request, response));
      return await listen(server, port);
    },
    stop: () => close(server),
    set: (changes) => {
      switches = { ...switches, ...changes };
    },
    calm: () => {
      switches = CALM;
    },
    stats: tally.read,
    resetStats: tally.reset,
  };
  const route = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url?.startsWith('/standin/') === true) answerControl(standin, request, response);
    else api(request, response);
  };
  return standin;
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
