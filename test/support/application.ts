import { startApplication, type Application } from '../../src/main.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createStandin, type Standin } from '../../src/standin/standin.ts';
import { temporaryFolder, testDatabase } from './services.ts';

/** The tests run the sources: so does their thread. */
export const THREAD = new URL('./valuation-thread.mjs', import.meta.url);

/** The whole system in this process, on a database of its own and with a stand-in that the test controls. */
export interface TestApplication {
  readonly url: string;
  readonly databaseUrl: string;
  /** Where the stand-in is. */
  readonly upstreamUrl: string;
  readonly standin: Standin;
  /** A path below the API's address. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** A second process of the system, in this one: the same services, other roles or settings. Stops with the first. */
  beside(environment: Record<string, string>): Promise<Application>;
  stop(): Promise<void>;
}

/** Starts the system with this environment beside what a test needs. */
export async function testApplication(environment: Record<string, string> = {}): Promise<TestApplication> {
  const database = await testDatabase();
  const standin = createStandin();
  const upstream = await standin.start(0);
  const started: Application[] = [];
  const start = async (more: Record<string, string>): Promise<Application> => {
    const each = await startApplication(readConfig({ ...common, ...more }), {
      valuationThread: THREAD,
      noticeNesting: true,
    });
    started.unshift(each);
    return each;
  };
  const common = {
    DATABASE_URL: database.url,
    UPSTREAM_URL: upstream,
    NEXON_API_KEY: standin.apiKey,
    UPSTREAM_REQUESTS_PER_SECOND: '500',
    UPSTREAM_REQUESTS_PER_DAY: '20000000',
    UPSTREAM_PROBE_INTERVAL_MS: '100',
    UPSTREAM_RAMP_STEP_MS: '100',
    PVE_DATA_DIR: await temporaryFolder(),
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...environment,
  };
  const application = await start({});
  const at = (path: string) => new URL(path, application.url);
  return {
    url: application.url,
    databaseUrl: database.url,
    upstreamUrl: upstream,
    standin,
    fetch: (path, init) => fetch(at(path), init),
    post: (path, body, headers = {}) =>
      fetch(at(path), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    beside: start,
    stop: async () => {
      for (const each of started) await each.stop();
      await standin.stop();
      await database.drop();
    },
  };
}

/** The JSON body of an answer. */
export async function json<T = Record<string, unknown>>(response: Response): Promise<T> {
  return (await response.json()) as T;
}
