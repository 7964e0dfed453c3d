import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createUpstreamClient,
  type UpstreamClient,
  type UpstreamClientOptions,
} from '../../../src/commands/upstream/client.ts';
import type { Guard } from '../../../src/commands/upstream/guard.ts';
import { UpstreamError } from '../../../src/commands/upstream/upstream-error.ts';
import { createStandin, type Standin } from '../../../src/standin/standin.ts';

/** Lets every call through: for tests of the call itself. */
const unguarded: Guard = (call) => call();

/** A key that would be noticed anywhere. */
export const SECRET = 'live_0123456789-very-secret';

export interface Harness {
  readonly standin: Standin;
  readonly baseUrl: string;
  readonly client: UpstreamClient;
  readonly stop: () => Promise<void>;
}

/** A stand-in and a client of it that loses patience soon. */
export async function startHarness(folder?: string): Promise<Harness> {
  const standin = createStandin({ apiKey: SECRET, ...(folder !== undefined && { folder }) });
  const baseUrl = await standin.start(0);
  const timeouts = { connectMs: 2000, responseMs: 800 };
  const client = createUpstreamClient({ baseUrl, apiKey: SECRET, timeouts, guard: unguarded });
  const stop = async (): Promise<void> => {
    client.close();
    await standin.stop();
  };
  return { standin, baseUrl, client, stop };
}

/** What is to be closed when the test is over. */
export const opened: (() => void)[] = [];

/** Closes what the test opened, also when it failed: for `afterEach`. */
export function closeOpened(): void {
  for (const close of opened.splice(0)) close();
}

/** A server of the test's own for what the stand-in does not do, until `closeOpened`. */
export async function serve(listener: RequestListener): Promise<{ baseUrl: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(
    () => server.closeAllConnections(),
    () => void server.close(),
  );
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** A client of the address, until `closeOpened`. */
export function clientOf(baseUrl: string, options: Partial<UpstreamClientOptions> = {}): UpstreamClient {
  const timeouts = { connectMs: 3000, responseMs: 5000 };
  const client = createUpstreamClient({ baseUrl, apiKey: SECRET, timeouts, guard: unguarded, ...options });
  opened.push(() => client.close());
  return client;
}

/** The `UpstreamError` that a call ends with; fails the test when it ends otherwise. */
export async function failureOf(call: Promise<unknown>): Promise<UpstreamError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof UpstreamError) return outcome.error;
  throw new Error('expected an UpstreamError', { cause: outcome });
}

/** Resolves as soon as the condition holds; the test's own time limit ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
