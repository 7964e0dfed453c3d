import type { Decider } from '../decider.ts';

/**
 * The stream `valuation-<characterKey>`: which requests of one character are settled. A request is known by its log
 * position, so one event settles every request of the character in a range, however many they are.
 */
export type Outcome = 'valued' | 'ignored' | 'parked';

/** Requests with `after` < position ≤ `through`. Positions are decimal texts of one log. */
export interface PositionRange {
  readonly after: string;
  readonly through: string;
}

export interface ValuationSettled extends PositionRange {
  readonly characterKey: string;
  readonly outcome: Outcome;
  /** Why, where it is not `valued`: a code such as `unknown-character`. */
  readonly reason: string | null;
  /** What the outcome rests on: fingerprint of the snapshot, upstream error code, error text. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Ranges still parked after this event, so that the last event of the stream is its whole state. */
  readonly parked: readonly PositionRange[];
}

export type SettlementEvent = { readonly type: 'ValuationSettled'; readonly data: ValuationSettled };

export interface SettlementState {
  /** Every request at or below this position is settled. */
  readonly through: bigint;
  readonly parked: readonly PositionRange[];
}

/** Settle all requests of the character up to `through`. */
export interface Settle {
  readonly characterKey: string;
  readonly through: bigint;
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly evidence?: Readonly<Record<string, string>>;
}

/** The settlement stream of a character. */
export function settlementStream(characterKey: string): string {
  return `valuation-${characterKey}`;
}

function decide(command: Settle, state: SettlementState): readonly SettlementEvent[] {
  if (command.through <= state.through) return [];
  const range = { after: String(state.through), through: String(command.through) };
  const parked = command.outcome === 'parked' ? [...state.parked, range] : state.parked;
  const { characterKey, outcome, reason = null, evidence = {} } = command;
  return [{ type: 'ValuationSettled', data: { characterKey, ...range, outcome, reason, evidence, parked } }];
}

function evolve(_: SettlementState, event: SettlementEvent): SettlementState {
  return { through: BigInt(event.data.through), parked: event.data.parked };
}

/** Decides and folds settlements: a range is settled once, ranges follow each other without a gap. */
export const settlementDecider: Decider<Settle, SettlementState, SettlementEvent> = {
  initialState: { through: 0n, parked: [] },
  decide,
  evolve,
};
