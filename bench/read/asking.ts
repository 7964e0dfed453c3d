import { pathOf, WHAT_IF_CHARACTERS } from './characters.ts';
import { requestBytes } from './connection.ts';
import { VoidRun, type NextRequest } from './load.ts';

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

/** Digits of a price of spares that tell one question from another: 3, between 100 and 999. */
const PRICES = 900;
const MAGNITUDES = [1e7, 1e8, 1e9];
const DISCOUNTS = [0, 3, 5, 10];

/**
 * Questions of which none is asked twice in a run, each about other assumptions than any other: were some alike but for the
 * character, those that are answered would cost more the more of the others are refused.
 */
export function whatIfs(): NextRequest {
  const characters = inTurn(WHAT_IF_CHARACTERS);
  let number = 0;
  return () => {
    const magnitude = MAGNITUDES[Math.floor(number / PRICES) % MAGNITUDES.length] ?? NaN;
    const discount = DISCOUNTS[Math.floor(number / PRICES / MAGNITUDES.length)];
    if (discount === undefined) throw new VoidRun('there are no more questions');
    const price = (100 + (number++ % PRICES)) * magnitude;
    const path = `${pathOf(characters())}?sparePrice=${price}&mvp=${discount}`;
    return { path, bytes: requestBytes(path) };
  };
}
