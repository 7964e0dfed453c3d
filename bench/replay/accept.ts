import { closedLoop, type Measured } from '../read/load.ts';
import { postBytes } from '../read/connection.ts';
import { derivedName } from '../../src/standin/characters/derived.ts';

const PATH = '/api/v4/valuations';
const CONNECTIONS = 100;

/** Files requests over HTTP, each with a key of its own, as fast as they are accepted; anything but 202 voids the run. */
export async function fileRequests(
  port: number,
  { seconds, nextCharacter, run }: { seconds: number; nextCharacter: () => number; run: string },
): Promise<Measured> {
  let number = 0;
  return await closedLoop({
    port,
    connections: CONNECTIONS,
    seconds,
    first: new Map(),
    expected: ({ status }) => status === 202,
    next: () => {
      const headers = { 'Idempotency-Key': `${run}-${(number += 1)}` };
      return { path: PATH, bytes: postBytes(PATH, { characterName: derivedName(nextCharacter()) }, headers) };
    },
  });
}
