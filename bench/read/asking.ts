import { pathOf } from './characters.ts';
import { requestBytes } from './connection.ts';
import type { NextRequest } from './load.ts';

/** Requests for the characters of these numbers. */
export function asking(numbers: () => number): NextRequest {
  const known = new Map<number, { path: string; bytes: Buffer }>();
  return () => {
    const number = numbers();
    let request = known.get(number);
    if (request === undefined) {
      request = { path: pathOf(number), bytes: requestBytes(pathOf(number)) };
      known.set(number, request);
    }
    return request;
  };
}

/** One character after the other, so that a small cache in memory never has the next. */
export function inTurn(count: number): () => number {
  let number = 0;
  return () => (number = (number + 1) % count);
}
