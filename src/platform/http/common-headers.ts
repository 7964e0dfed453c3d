import { randomBytes } from 'node:crypto';

const GIVEN = /^[\w.-]{1,64}$/;
/** Of this process: its ids are told apart from any other's by it, and from each other by a number. */
const PROCESS = randomBytes(9).toString('base64url');
const LAST_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));
let thousands = 0;
let beginning = '';
let next = LAST_DIGITS.length;

/** The caller's `X-Correlation-ID` where it is well formed, else one of our own. */
export function correlationIdOf(given: string | undefined): string {
  return given !== undefined && GIVEN.test(given) ? given : makeId();
}

/** No number is made a text of: V8 remembers the texts of numbers, so each would outlive its request. */
function makeId(): string {
  if (next === LAST_DIGITS.length) {
    beginning = `${PROCESS}-${thousands++}`;
    next = 0;
  }
  return beginning + (LAST_DIGITS[next++] ?? '');
}

/** Pages of any origin may read an answer, and all of its headers. */
export const OPEN_TO_ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': '*' };
const OPEN = Object.entries(OPEN_TO_ANY_ORIGIN).flat();

/** Adds the headers of every answer to a read, names and values in turn: correlated, open to any origin. */
export function pushCommonHeaders(headers: string[], correlationId: string): void {
  headers.push('X-Correlation-ID', correlationId, ...OPEN);
}
