import { pathOf, WHAT_IF_CHARACTERS } from './characters.ts';
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

/** Questions with a price of spares in turn, none twice in a run: 3 digits of a price tell one question from another. */
export function whatIfs(): NextRequest {
  const characters = inTurn(WHAT_IF_CHARACTERS);
  let number = 0;
  return () => {
    const price = (100 + (Math.floor(number++ / WHAT_IF_CHARACTERS) % 900)) * 1e7;
    const path = `${pathOf(characters())}?sparePrice=${price}`;
    return { path, bytes: requestBytes(path) };
  };
}
