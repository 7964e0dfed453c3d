import type { Decider } from '../decider.ts';
import { mergeRanges, sameRange, sortRanges, type PositionRange } from './position-range.ts';

/**
 * The stream `valuation-<characterKey>`: which requests of one character are settled. A request is known by its log
 * position, so one event settles every request of the character in a range, however many they are. The outcome of a
 * request is that of the last event which covers its position.
 */
export type Outcome = 'valued' | 'ignored' | 'parked';

/** Where the requests of a character stand. Every event of the stream carries it: the last one tells all of it. */
export interface SettlementState {
  /** No request above this position is settled; those at or below it are, but for the released ranges. */
  readonly through: string;
  /** In order, none touching another. */
  readonly parked: readonly PositionRange[];
  /** Parked once and pending again: in order, as they were released. */
  readonly released: readonly PositionRange[];
}

export interface ValuationSettled extends PositionRange {
  readonly characterKey: string;
  readonly outcome: Outcome;
  /** Why, where it is not `valued`: a code such as `unknown-character`. */
  readonly reason: string | null;
  /** What the outcome rests on: fingerprint of the snapshot, hash of the payload, upstream error code, error text. */
  readonly evidence: Readonly<Record<string, string>>;
  /** After this event. */
  readonly state: SettlementState;
}

/** An operator's word on a parked range: try it again, or leave it. */
export interface ParkingReleased extends PositionRange {
  readonly characterKey: string;
  /** What the upstream is asked for when it is tried again. */
  readonly characterName: string;
  readonly decision: ReleaseDecision;
  readonly by: string;
  /** After this event. */
  readonly state: SettlementState;
}

export type ReleaseDecision = 'retry' | 'ignore';

export type SettlementEvent =
  | { readonly type: 'ValuationSettled'; readonly data: ValuationSettled }
  | { readonly type: 'ParkingReleased'; readonly data: ParkingReleased };

/** Settle all requests of the character up to `through`. */
export interface Settle {
  readonly kind: 'settle';
  readonly characterKey: string;
  readonly through: bigint;
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly evidence?: Readonly<Record<string, string>>;
}

/** Release one parked range, named by its bounds: a range that has changed since is not meant. */
export interface Release extends PositionRange {
  readonly kind: 'release';
  readonly characterKey: string;
  readonly characterName: string;
  readonly decision: ReleaseDecision;
  readonly by: string;
}

/** The settlement stream of a character. */
export function settlementStream(characterKey: string): string {
  return `valuation-${characterKey}`;
}

/** What is to be settled up to a position: the released ranges, oldest first, then what nobody has looked at yet. */
export function pendingRanges(state: SettlementState, through: bigint): readonly PositionRange[] {
  const released = state.released.filter((range) => BigInt(range.through) <= through);
  const fresh = { after: state.through, through: String(through) };
  return through > BigInt(state.through) ? [...released, fresh] : released;
}

function settle(command: Settle, before: SettlementState): readonly SettlementEvent[] {
  const { characterKey, outcome, reason = null, evidence = {} } = command;
  let state = before;
  return pendingRanges(before, command.through).map((range) => {
    state = {
      through: BigInt(range.through) > BigInt(state.through) ? range.through : state.through,
      parked: outcome === 'parked' ? mergeRanges([...state.parked, range]) : state.parked,
      released: state.released.filter((released) => !sameRange(released, range)),
    };
    return { type: 'ValuationSettled', data: { characterKey, ...range, outcome, reason, evidence, state } };
  });
}

function release(command: Release, { through, parked, released }: SettlementState): readonly SettlementEvent[] {
  const { characterKey, characterName, decision, by } = command;
  const range = { after: command.after, through: command.through };
  const others = parked.filter((other) => !sameRange(other, range));
  if (others.length === parked.length) return [];
  const pending = decision === 'retry' ? sortRanges([...released, range]) : released;
  const state = { through, parked: others, released: pending };
  return [{ type: 'ParkingReleased', data: { characterKey, characterName, ...range, decision, by, state } }];
}

/**
 * Decides and folds settlements: a range is settled once, ranges follow each other without a gap, and only what is parked
 * is released.
 */
export const settlementDecider: Decider<Settle | Release, SettlementState, SettlementEvent> = {
  initialState: { through: '0', parked: [], released: [] },
  decide: (command, state) => (command.kind === 'settle' ? settle(command, state) : release(command, state)),
  evolve: (_, event) => event.data.state,
};
