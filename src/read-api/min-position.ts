import { setTimeout } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { ProblemError } from '../domain/errors.ts';
import { listCheckpoints } from '../event-store/checkpoints.ts';
import type { EventStore } from '../event-store/event-store.ts';
import type { Reading } from '../platform/database.ts';
import type { Admission } from '../platform/http/admission.ts';
import { parseInput, positionText } from '../platform/http/input.ts';
import { readWaitSeconds } from './character-query.ts';

/** The subscriptions that keep what is read. */
type Subscription = 'expectation' | 'expectation_history' | 'settlement' | 'backlog';

/** Makes a read of these read models wait for the position that its `X-Min-Position` names. */
export type AtLeast = (...subscriptions: readonly Subscription[]) => RequestHandler;

export interface MinPositionParts {
  readonly database: Reading;
  readonly store: Pick<EventStore, 'storeId'>;
  readonly admission: Pick<Admission, 'run'>;
}

const HEADER = 'x-min-position';
const schema = z.object({ [HEADER]: positionText });
/** How long a read waits that does not say so itself (`?wait=`). */
const WAIT_SECONDS = 5;
const LOOK_AGAIN_MS = 25;

/**
 * Read-your-writes: commands answer a log position, and a read that names it is not answered from anything older. A
 * checkpoint moves on over events that are none of its subscription's, so every position is reached in the end; one that
 * is not reached in time is `unavailable`. Sets `response.locals.minPosition` (bigint) for whoever answers from memory.
 */
export function createAtLeast({ database, store, admission }: MinPositionParts): AtLeast {
  let looking: Promise<ReadonlyMap<string, bigint>> | undefined;
  const checkpoints = async (): Promise<ReadonlyMap<string, bigint>> => {
    const storeId = await store.storeId();
    const found = await database.query(listCheckpoints);
    return new Map(found.filter((one) => one.store_id === storeId).map(({ name, position }) => [name, position]));
  };
  // One look at a time serves all who wait: it may have begun before they asked, and then sees less, never more.
  const look = () => (looking ??= checkpoints().finally(() => (looking = undefined)));

  return (...subscriptions) =>
    async (request, response, next) => {
      const given = request.get(HEADER);
      if (given === undefined) {
        next();
        return;
      }
      const wanted = parseInput(schema, { [HEADER]: given })[HEADER];
      response.locals.minPosition = wanted;
      const deadline = performance.now() + (readWaitSeconds(request.query.wait) ?? WAIT_SECONDS) * 1000;
      const reached = async (): Promise<boolean> => {
        while (!response.closed) {
          const position = lowest(await look(), subscriptions);
          const left = deadline - performance.now();
          if (position >= wanted) return true;
          if (left <= 0) throw notYet(position, wanted);
          await setTimeout(Math.min(LOOK_AGAIN_MS, left));
        }
        return false;
      };
      if (await admission.run('waits', reached)) next();
    };
}

function lowest(positions: ReadonlyMap<string, bigint>, subscriptions: readonly Subscription[]): bigint {
  return subscriptions
    .map((subscription) => positions.get(subscription) ?? 0n)
    .reduce((least, position) => (position < least ? position : least));
}

function notYet(reached: bigint, wanted: bigint): ProblemError {
  const message = `the read models are at position ${reached} of the log, ${wanted - reached} short of ${wanted}`;
  return new ProblemError('unavailable', message, { field: HEADER });
}
