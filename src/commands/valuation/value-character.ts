import type { NormalisedEquipment } from '../../domain/character/equipment.ts';
import { snapshotDecider, snapshotStream, type Snapshot } from '../../domain/character/snapshot.ts';
import { sha256 } from '../../domain/ids.ts';
import { readEvent } from '../../domain/events.ts';
import {
  pendingRanges,
  settlementDecider,
  settlementStream,
  type Settle,
  type SettlementEvent,
} from '../../domain/valuation-request/settlement.ts';
import {
  expectationDecider,
  expectationStream,
  sameInputs,
  type ExpectationState,
} from '../../domain/valuation/expectation.ts';
import type { CompactValuation } from '../../domain/valuation/compact.ts';
import type { EventStore, RecordedEvent } from '../../event-store/event-store.ts';
import type { Database } from '../../platform/database.ts';
import type { ValuationJob } from '../../platform/queue.ts';
import { findCharacter } from '../../platform/read-models/character.ts';
import { findAnsweredSnapshot } from '../../platform/read-models/expectation.ts';
import { decideAndAppend } from '../decide-and-append.ts';
import { dropSettled } from '../dispatcher.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { withinRun } from '../upstream/job-run.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { fetchSnapshot, type Archive } from './fetch-snapshot.ts';

/** The valuation engine at work: what determines its results, and the calculation off the event loop. */
export interface Valuator {
  readonly ruleSet: string;
  readonly tables: string;
  readonly engine: string;
  /** The compact valuation of a character's equipment under the default assumptions. */
  value(equipment: NormalisedEquipment): Promise<CompactValuation>;
}

/** What a run has got hold of so far: evidence, should it fail. */
export interface Trace {
  /** Hash of the archived payload. */
  payload?: string;
}

export interface ValueCharacterParts {
  readonly store: Pick<EventStore, 'readLast' | 'append'>;
  readonly database: Database;
  readonly client: UpstreamClient;
  readonly valuator: Valuator;
  /** Keeps the raw payload as evidence. */
  readonly archive: Archive;
  readonly freshForSeconds: () => number;
  /** All upstream calls of one job together, in ms. */
  readonly upstreamTotalMs: number;
  readonly now: () => Date;
}

/** A name keeps its id for a day without being looked up again. */
const OCID_KNOWN_FOR_MS = 86_400_000;

/**
 * Does one job: settles all requests of a character up to `job.through`. Light phase first: what is settled, or
 * satisfied by a snapshot we have, costs no upstream call. Throws when nothing could be settled; the job then runs again.
 */
export async function valueCharacter(parts: ValueCharacterParts, job: ValuationJob, trace: Trace = {}): Promise<void> {
  const { characterKey } = job;
  const last = await parts.store.readLast(settlementStream(characterKey));
  const state = last === undefined ? undefined : (readEvent(last) as SettlementEvent).data.state;
  if (state !== undefined && pendingRanges(state, BigInt(job.through)).length === 0) {
    // A request of which the backlog has learned late: no settlement will come any more that drops it.
    await parts.database.query((sql) => dropSettled(sql, new Map([[characterKey, state]])));
    return;
  }

  const stored = await parts.database.query((sql) => findAnsweredSnapshot(sql, characterKey));
  if (stored !== undefined && satisfies(stored, job, parts)) {
    const evidence = { fingerprint: stored.fingerprint, source: 'snapshot' };
    await settle(parts, job, { outcome: 'valued', evidence }, { last });
    return;
  }
  // Only "there is no such character" settles a request without a valuation; every other failure runs again.
  try {
    const snapshot = await takeSnapshot(parts, job, trace);
    await record(parts, job, snapshot);
    const evidence = { fingerprint: snapshot.fingerprint, source: 'upstream' };
    await settle(parts, job, { outcome: 'valued', evidence }, { last });
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.class !== 'ignored') throw error;
    await settle(parts, job, { outcome: 'ignored', reason: error.reason, evidence: { code: error.code } }, { last });
  }
}

/** Settles the job's requests as parked: they will not succeed by being tried again as things are. */
export async function parkRequests(
  parts: ValueCharacterParts,
  job: ValuationJob,
  failure: { error: Error; trace: Trace },
): Promise<void> {
  const { error, trace } = failure;
  const evidence = { error: error.message, characterName: job.characterName, ...trace };
  await settle(parts, job, { outcome: 'parked', reason: error.name, evidence });
}

function satisfies(
  stored: { asOf: Date; fetchStartedAt: Date },
  job: ValuationJob,
  parts: Pick<ValueCharacterParts, 'now' | 'freshForSeconds'>,
): boolean {
  const ageSeconds = (parts.now().getTime() - stored.asOf.getTime()) / 1000;
  return ageSeconds < parts.freshForSeconds() || stored.fetchStartedAt > new Date(job.requestedAt);
}

async function takeSnapshot(parts: ValueCharacterParts, job: ValuationJob, trace: Trace): Promise<Snapshot> {
  const { characterKey, characterName } = job;
  const known = await parts.database.query((sql) => findCharacter(sql, characterKey));
  const recent = known !== undefined && parts.now().getTime() - known.confirmedAt.getTime() < OCID_KNOWN_FOR_MS;
  const wanted = { characterKey, characterName, knownOcid: recent ? known.ocid : undefined };
  const archive: Archive = async (hash, payload) => {
    await parts.archive(hash, payload);
    trace.payload = hash;
  };
  const run = { totalMs: parts.upstreamTotalMs, class: job.class };
  return await withinRun(run, (options) =>
    fetchSnapshot(parts.client, wanted, { ...options, now: parts.now, archive }),
  );
}

/**
 * Appends the snapshot and, where its inputs are new, what it is worth. One right after the other: projected together they
 * are one change of the character's rows, not two.
 */
async function record(parts: ValueCharacterParts, job: ValuationJob, snapshot: Snapshot): Promise<void> {
  const { ruleSet, tables, engine } = parts.valuator;
  const { ocid } = snapshot.character;
  const { characterKey, fingerprint } = snapshot;
  const inputs = { ocid, characterKey, fingerprint, ruleSet, tables, engine };
  const stream = expectationStream(ocid);
  const last = await parts.store.readLast(stream);
  const calculated = last !== undefined && sameInputs(readEvent(last).data as ExpectationState, inputs);
  const valuation = calculated ? undefined : await parts.valuator.value(snapshot.equipment);
  await recordSnapshot(parts, job, snapshot);
  if (valuation === undefined) return;
  const command = { ...inputs, valuation };
  const cause = causeOf(parts, job, `expectation:${sha256(JSON.stringify(inputs))}`);
  await decideAndAppend(parts.store, { stream, decider: expectationDecider, command, cause, known: { last } });
}

async function recordSnapshot(parts: ValueCharacterParts, job: ValuationJob, snapshot: Snapshot): Promise<void> {
  const stream = snapshotStream(snapshot.character.ocid);
  const cause = causeOf(parts, job, `snapshot:${snapshot.fetchedAt}`);
  await decideAndAppend(parts.store, { stream, decider: snapshotDecider, command: snapshot, cause });
}

async function settle(
  parts: ValueCharacterParts,
  job: ValuationJob,
  outcome: Pick<Settle, 'outcome' | 'reason' | 'evidence'>,
  known?: { readonly last: RecordedEvent | undefined },
): Promise<void> {
  const { characterKey } = job;
  const command = { kind: 'settle', characterKey, through: BigInt(job.through), ...outcome } as const;
  const cause = causeOf(parts, job, `settle:${outcome.outcome}:${job.through}`);
  const stream = settlementStream(characterKey);
  await decideAndAppend(parts.store, { stream, decider: settlementDecider, command, cause, ...(known && { known }) });
}

function causeOf(parts: ValueCharacterParts, job: ValuationJob, commandId: string) {
  return { commandId, correlationId: job.correlationId, causationId: null, actor: 'worker', now: parts.now() };
}
