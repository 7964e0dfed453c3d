import { randomBytes } from 'node:crypto';

const GIVEN = /^[\w.-]{1,64}$/;
/** Of this process: its ids are told apart from any other's by it, and from each other by a number. */
const PROCESS = randomBytes(9).toString('base64url');
let made = 0;

/** The caller's `X-Correlation-ID` where it is well formed, else one of our own. */
export function correlationIdOf(given: string | undefined): string {
  return given !== undefined && GIVEN.test(given) ? given : `${PROCESS}-${++made}`;
}

/** Adds the headers of every answer to a read, names and values in turn: correlated, open to any origin. */
export function pushCommonHeaders(headers: string[], correlationId: string): void {
  headers.push('X-Correlation-ID', correlationId, 'Access-Control-Allow-Origin', '*');
}
