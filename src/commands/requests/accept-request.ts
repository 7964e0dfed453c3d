import { canonicalJson } from '../../domain/canonical-json.ts';
import { characterKey, parseCharacterName } from '../../domain/character/name.ts';
import { ProblemError } from '../../domain/errors.ts';
import { readEvent } from '../../domain/events.ts';
import { sha256 } from '../../domain/ids.ts';
import { requestIdOfKey, requestIdOfMoment, requestStream } from '../../domain/valuation-request/request.ts';
import type { AppendResult, EventStore, Position, StreamAppend } from '../../event-store/event-store.ts';
import { newEvents } from '../new-event.ts';
import type { FilingLimits } from './filing-limits.ts';

/** A wish to have a character valued, from a command or a read. */
export interface RequestValuation {
  /** As the caller gave it; checked here. */
  readonly characterName: string;
  /** Where the caller names the request itself: the same key again is the same request. */
  readonly idempotency?: { readonly key: string; readonly route: string };
  /** Who asks: the scope of the key, and of the limit. */
  readonly client: string;
  readonly correlationId: string;
  readonly actor: string;
}

/** A durable request. */
export interface AcceptedRequest {
  readonly requestId: string;
  readonly characterKey: string;
  /** `null`: it is in the spool, and will have one once the log is back. */
  readonly position: Position | null;
  /** The request was in the log already: it may even be settled. */
  readonly repeated: boolean;
}

export type AcceptRequest = (command: RequestValuation) => Promise<AcceptedRequest>;

interface Parts {
  readonly store: Pick<EventStore, 'readLast'>;
  /** Makes an append durable; `undefined` where that is not in the log yet. */
  readonly append: (append: StreamAppend) => Promise<AppendResult | undefined>;
  /** Absent: nothing is limited. */
  readonly limits: FilingLimits | undefined;
  readonly now: () => Date;
}

/**
 * Accepts requests: one event in a stream of its own, so accepting costs the same however hot the character. Throws
 * `ProblemError`: `invalid-input` for the name, `idempotency-key-reused` for a known key with another body,
 * `too-many-requests` beyond the limits of filing, `unavailable` when it cannot be made durable.
 */
export function createAcceptRequest(parts: Parts): AcceptRequest {
  return async (command) => {
    const now = parts.now();
    const characterName = parseCharacterName(command.characterName);
    const key = characterKey(characterName);
    const { idempotency, client, correlationId, actor } = command;
    const requestId =
      idempotency === undefined ? requestIdOfMoment(key, now) : requestIdOfKey({ ...idempotency, client });
    parts.limits?.take(client, requestId);
    const bodyHash = sha256(canonicalJson({ characterName }));
    const data = { requestId, characterKey: key, characterName, class: 'interactive', bodyHash } as const;
    const cause = { commandId: requestId, correlationId, causationId: null, actor, now };
    const events = newEvents([{ type: 'ValuationRequested', data }], cause);
    const result = await parts.append({ stream: requestStream(requestId), expectedRevision: 'no-stream', events });
    if (result === undefined) return { requestId, characterKey: key, position: null, repeated: false };
    if (result.idempotent && idempotency !== undefined) await refuseOtherBody(parts.store, requestId, bodyHash);
    return { requestId, characterKey: key, position: result.position, repeated: result.idempotent };
  };
}

async function refuseOtherBody(store: Parts['store'], requestId: string, bodyHash: string): Promise<void> {
  const stored = await store.readLast(requestStream(requestId));
  const event = stored === undefined ? undefined : readEvent(stored);
  if (event?.type === 'ValuationRequested' && event.data.bodyHash === bodyHash) return;
  throw new ProblemError('idempotency-key-reused', 'this key was used with another body', { field: 'idempotency-key' });
}
