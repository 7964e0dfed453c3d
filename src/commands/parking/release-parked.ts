import { randomUUID } from 'node:crypto';
import { ProblemError } from '../../domain/errors.ts';
import {
  settlementDecider,
  settlementStream,
  type ReleaseDecision,
} from '../../domain/valuation-request/settlement.ts';
import type { EventStore, Position } from '../../event-store/event-store.ts';
import type { Database } from '../../platform/database.ts';
import { findParkedRequest, type ParkedRequest } from '../../platform/read-models/parked-request.ts';
import { decideAndAppend } from '../decide-and-append.ts';

/** An operator's decision about parked requests. */
export interface ReleaseParked {
  /** Which: see `ParkedRequest`. */
  readonly position: bigint;
  readonly decision: ReleaseDecision;
  /** Who decides: stays in the log. */
  readonly by: string;
  readonly correlationId?: string;
}

/** What was released, and the position of the event that says so. */
export interface Released {
  readonly parked: ParkedRequest;
  readonly position: Position;
}

interface Parts {
  readonly store: Pick<EventStore, 'readLast' | 'append'>;
  readonly database: Database;
  readonly now: () => Date;
}

/**
 * Makes parked requests pending again, or settles them as ignored. Throws `ProblemError`: `not-found` when nothing is
 * parked under this position, `conflict` when it has changed since it was looked at.
 */
export async function releaseParked(parts: Parts, command: ReleaseParked): Promise<Released> {
  const { position, decision, by, correlationId = randomUUID() } = command;
  const parked = await parts.database.query((sql) => findParkedRequest(sql, position));
  if (parked === undefined)
    throw new ProblemError('not-found', `nothing is parked under ${position}`, { field: 'position' });
  const { characterKey, characterName, after, through } = parked;
  const appended = await decideAndAppend(parts.store, {
    stream: settlementStream(characterKey),
    decider: settlementDecider,
    command: { kind: 'release', characterKey, characterName, after, through, decision, by },
    cause: { commandId: randomUUID(), correlationId, causationId: null, actor: by, now: parts.now() },
  });
  if (appended === undefined)
    throw new ProblemError('conflict', `what was parked under ${position} has been released or has grown: look again`);
  return { parked, position: appended.position };
}
