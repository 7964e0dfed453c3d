import type { Snapshot } from '../character/snapshot.ts';
import type { DomainEvent } from '../events.ts';
import type { ExpectationCalculated } from './expectation.ts';
import { renderExpectation, type ExpectationInputs } from './render.ts';

/** A snapshot and the valuation of its equipment. */
export interface CharacterAnswer {
  readonly snapshot: Snapshot;
  readonly valuation: ExpectationCalculated;
}

/** What the log says about one character: of the snapshot stream and the expectation stream, in log order. */
export interface CharacterState {
  /** The last one recorded, with the dates of its last confirmation. */
  readonly snapshot?: Snapshot;
  readonly valuation?: ExpectationCalculated;
  /** The last two that fit. It stands while newer equipment is being valued: it is the best there is. */
  readonly answer?: CharacterAnswer;
}

/** The state after an event; the same object when the event says nothing about it. Throws for a baseless confirmation. */
export function evolveCharacter(state: CharacterState, event: DomainEvent): CharacterState {
  const next = take(state, event);
  const { snapshot, valuation } = next;
  if (next === state || snapshot === undefined || snapshot.fingerprint !== valuation?.fingerprint) return next;
  return { ...next, answer: { snapshot, valuation } };
}

function take(state: CharacterState, { type, data }: DomainEvent): CharacterState {
  if (type === 'SnapshotRecorded') return { ...state, snapshot: data };
  if (type === 'ExpectationCalculated') return { ...state, valuation: data };
  if (type !== 'SnapshotConfirmed') return state;
  if (state.snapshot === undefined) throw new Error('a snapshot is confirmed that was never recorded');
  return { ...state, snapshot: { ...state.snapshot, ...data } };
}

/** The JSON of `GET …/expectation`. */
export function renderAnswer(
  { snapshot, valuation }: CharacterAnswer,
  freshness: ExpectationInputs['freshness'],
): string {
  const { character, equipment, fingerprint, fetchedAt } = snapshot;
  const inputs = { character, equipment, fingerprint, asOf: fetchedAt, valuation: valuation.valuation, freshness };
  return JSON.stringify(renderExpectation(inputs));
}
