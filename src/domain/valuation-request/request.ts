import { derivedId } from '../ids.ts';

/** Requests of one character within this many seconds that carry no key of their own are one request. */
const BUCKET_SECONDS = 60;

/** Who waits for the answer: a person (`interactive`) goes before a replayed backlog. */
export type RequestClass = 'interactive' | 'batch';

export interface ValuationRequested {
  readonly requestId: string;
  readonly characterKey: string;
  /** As the caller wrote it, NFC and trimmed: what the upstream is asked for. */
  readonly characterName: string;
  readonly class: RequestClass;
  /** SHA-256 of the canonical body: the same idempotency key with another body is refused. */
  readonly bodyHash: string;
}

/** The stream of one request: its single event is its acceptance. */
export function requestStream(requestId: string): string {
  return `request-${requestId}`;
}

/** The request's id where the caller gave an `Idempotency-Key`: scoped by route and client. */
export function requestIdOfKey(scope: { route: string; client: string; key: string }): string {
  return derivedId('request-key', scope.route, scope.client, scope.key);
}

/** The request's id where no key was given: a crowd asking for one character within a minute files one request. */
export function requestIdOfMoment(characterKey: string, now: Date): string {
  return derivedId('request-moment', characterKey, Math.floor(now.getTime() / (BUCKET_SECONDS * 1000)));
}
