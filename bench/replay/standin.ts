import { startPve, type Server } from '../read/stage.ts';
import type { Stats } from '../../src/standin/tally.ts';

/** The stand-in of the game API in a process of its own. */
export interface StandinProcess extends Server {
  readonly url: string;
  /** Every call is answered as during maintenance: 503, OPENAPI00011. */
  fail(): Promise<unknown>;
  heal(): Promise<unknown>;
  resetStats(): Promise<unknown>;
  stats(): Promise<Stats>;
}

/** The key that the stand-in asks for. */
export const STANDIN_KEY = 'standin';

export async function startStandin(): Promise<StandinProcess> {
  const server = await startPve(['standin', '--port', '0'], {});
  const url = `http://127.0.0.1:${server.port}`;
  const ask = async (path: string, method: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/standin/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    ...server,
    url,
    fail: () => ask('control', 'POST', { failure: 'OPENAPI00011' }),
    heal: () => ask('control', 'DELETE'),
    resetStats: () => ask('stats', 'DELETE'),
    stats: async () => (await ask('stats', 'GET')) as Stats,
  };
}
