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

/** Prices of spares that are told apart by their 3 digits, and the step with which all of them come in turn. */
const PRICES = { count: 900, step: 7 };
const DISCOUNTS = [
  'mvp=0',
  'mvp=3',
  'mvp=5',
  'mvp=10',
  'mvp=0&pcRoom=true',
  'mvp=3&pcRoom=true',
  'mvp=5&pcRoom=true',
  'mvp=10&pcRoom=true',
];

/**
 * Questions of which none is asked twice in a run, each about other assumptions than any other, high prices and low ones
 * mixed: were some cheaper to answer than others, what is answered would depend on what is refused.
 */
export function whatIfs(): NextRequest {
  const characters = inTurn(WHAT_IF_CHARACTERS);
  let number = 0;
  return () => {
    const price = (100 + ((number * PRICES.step) % PRICES.count)) * 1e7;
    const discount = DISCOUNTS[Math.floor(number++ / PRICES.count)];
    if (discount === undefined) throw new VoidRun('there are no more questions');
    const path = `${pathOf(characters())}?sparePrice=${price}&${discount}`;
    return { path, bytes: requestBytes(path) };
  };
}
