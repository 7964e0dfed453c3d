import { characterKey } from '../../src/domain/character/name.ts';
import { sha256 } from '../../src/domain/ids.ts';
import { requestIdOfKey, requestStream } from '../../src/domain/valuation-request/request.ts';
import { newEvents } from '../../src/commands/new-event.ts';
import type { EventStore, StreamAppend } from '../../src/event-store/event-store.ts';
import { derivedName } from '../../src/standin/characters/derived.ts';

const GROUP = 500;
const WRITERS = 4;

/** Writes requests into the log and nowhere else; the same numbers again write nothing. Returns how many it wrote. */
export async function loadBacklog(
  store: EventStore,
  { requests, nextCharacter }: { requests: number; nextCharacter: () => number },
): Promise<number> {
  const occurredAt = new Date();
  let number = 0;
  let written = 0;
  const write = async (): Promise<void> => {
    while (number < requests) {
      const size = Math.min(GROUP, requests - number);
      const group = Array.from({ length: size }, () => requestOf(number++, nextCharacter(), occurredAt));
      const outcomes = await store.appendMany(group);
      for (const outcome of outcomes) {
        if (outcome.status === 'failed') throw outcome.error;
        if (!outcome.idempotent) written += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  return written;
}

function requestOf(number: number, character: number, now: Date): StreamAppend {
  const characterName = derivedName(character);
  const requestId = requestIdOfKey({ route: 'bench', client: 'bench', key: String(number) });
  const data = {
    requestId,
    characterKey: characterKey(characterName),
    characterName,
    class: 'interactive',
    bodyHash: sha256(characterName),
  } as const;
  const cause = { commandId: requestId, correlationId: requestId, causationId: null, actor: 'bench', now };
  const events = newEvents([{ type: 'ValuationRequested', data }], cause);
  return { stream: requestStream(requestId), expectedRevision: 'no-stream', events };
}
