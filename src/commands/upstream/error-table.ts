import type { Endpoint, UpstreamErrorClass, UpstreamReason } from './upstream-error.ts';

interface Meaning {
  readonly class: UpstreamErrorClass;
  readonly reason: UpstreamReason;
}

interface Row extends Meaning {
  readonly code: string;
  /** Endpoints on which the code has this meaning; elsewhere it is as good as unknown. */
  readonly on?: readonly Endpoint[];
}

const WITH_OCID: readonly Endpoint[] = ['character/basic', 'character/item-equipment'];

/** The error codes of the game's open API and what each means for our work. A code that is not here is an outage. */
export const errorTable: readonly Row[] = [
  { code: 'OPENAPI00001', class: 'outage', reason: 'internal-error' },
  { code: 'OPENAPI00002', class: 'our-fault', reason: 'key-not-allowed' },
  { code: 'OPENAPI00003', class: 'ignored', reason: 'stale-ocid', on: WITH_OCID },
  { code: 'OPENAPI00004', class: 'ignored', reason: 'unknown-character', on: ['id'] },
  { code: 'OPENAPI00005', class: 'our-fault', reason: 'invalid-key' },
  { code: 'OPENAPI00006', class: 'our-fault', reason: 'invalid-path' },
  { code: 'OPENAPI00007', class: 'outage', reason: 'rate-limited' },
  { code: 'OPENAPI00009', class: 'not-yet', reason: 'being-prepared' },
  { code: 'OPENAPI00010', class: 'outage', reason: 'game-maintenance' },
  { code: 'OPENAPI00011', class: 'outage', reason: 'api-maintenance' },
];

/**
 * What an answer that is not the one asked for means. The code in the body decides, the HTTP status never does: it only
 * words the reason where there is no code. Whatever is not in the table is an outage, which settles nothing.
 * @param code the API's code, `undefined` where the body has none
 */
export function classify(endpoint: Endpoint, code: string | undefined, httpStatus: number): Meaning {
  const row = errorTable.find((each) => each.code === code && (each.on?.includes(endpoint) ?? true));
  if (row !== undefined) return { class: row.class, reason: row.reason };
  const reason = code === undefined && httpStatus === 429 ? 'rate-limited' : 'unrecognised';
  return { class: 'outage', reason };
}
