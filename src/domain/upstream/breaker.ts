/**
 * When to stop calling a service that fails, and how to come back. Pure: time comes with each input, in milliseconds.
 * closed → open at a trip · open → ramp after three good probes in a row · ramp → closed, a share of the calls at a time
 */
export type BreakerState =
  | { readonly phase: 'closed'; readonly failuresInRow: number }
  /** Nothing but probes is called; with `goodProbes` > 0 it is said to be probing. */
  | { readonly phase: 'open'; readonly goodProbes: number }
  | {
      readonly phase: 'ramp';
      /** The part of the budget that may be used now. */
      readonly share: number;
      readonly stepEndsAt: number;
      readonly calls: number;
      readonly failures: number;
    };

export type BreakerInput =
  /** An ordinary call ended. Ends that say nothing of the service (an abort, "no such character") are not told. */
  | { readonly type: 'call'; readonly good: boolean; readonly at: number }
  | { readonly type: 'probe'; readonly good: boolean; readonly at: number }
  /** Something else says that it is out: the rolling error rate, an alert, an operator, another process. */
  | { readonly type: 'trip' }
  /** Something else says that it is back: another process has been through the ramp. */
  | { readonly type: 'release' }
  | { readonly type: 'tick'; readonly at: number };

export interface BreakerRules {
  /** Length of one step of the ramp, in ms. */
  readonly rampStepMs: number;
}

export const FAILURES_IN_ROW_TO_OPEN = 10;
export const GOOD_PROBES_TO_RAMP = 3;
const FIRST_SHARE = 0.1;
/** A step of the ramp with this part of its calls failing, or more, is a relapse. */
const TOLERATED_FAILURES = 0.05;

export const closedBreaker: BreakerState = { phase: 'closed', failuresInRow: 0 };
const openBreaker: BreakerState = { phase: 'open', goodProbes: 0 };

/** The state after an input. Inputs come in the order of their times. */
export function nextBreaker(state: BreakerState, input: BreakerInput, rules: BreakerRules): BreakerState {
  if (input.type === 'trip') return state.phase === 'open' ? state : openBreaker;
  if (input.type === 'release') return state.phase === 'closed' ? state : closedBreaker;
  const now = state.phase === 'ramp' ? climb(state, input.at, rules) : state;
  if (input.type === 'call') return afterCall(now, input.good);
  if (input.type === 'probe' && now.phase === 'open') return afterProbe(now.goodProbes, input, rules);
  return now;
}

/** The part of the budget that ordinary calls may use in a state: 0 while open. */
export function shareOf(state: BreakerState): number {
  if (state.phase === 'ramp') return state.share;
  return state.phase === 'open' ? 0 : 1;
}

function afterCall(state: BreakerState, good: boolean): BreakerState {
  // The end of a call that began before: the probes decide now.
  if (state.phase === 'open') return state;
  if (state.phase === 'ramp') return { ...state, calls: state.calls + 1, failures: state.failures + (good ? 0 : 1) };
  if (good) return closedBreaker;
  const failuresInRow = state.failuresInRow + 1;
  return failuresInRow >= FAILURES_IN_ROW_TO_OPEN ? openBreaker : { phase: 'closed', failuresInRow };
}

function afterProbe(before: number, probe: { good: boolean; at: number }, rules: BreakerRules): BreakerState {
  if (!probe.good) return openBreaker;
  const goodProbes = before + 1;
  if (goodProbes < GOOD_PROBES_TO_RAMP) return { phase: 'open', goodProbes };
  return { phase: 'ramp', share: FIRST_SHARE, stepEndsAt: probe.at + rules.rampStepMs, calls: 0, failures: 0 };
}

/** The steps of the ramp that have ended by now: each doubles the share, or is a relapse. */
function climb(state: BreakerState & { phase: 'ramp' }, now: number, rules: BreakerRules): BreakerState {
  if (now < state.stepEndsAt) return state;
  if (state.failures > 0 && state.failures >= state.calls * TOLERATED_FAILURES) return openBreaker;
  const share = state.share * 2;
  if (share >= 1) return closedBreaker;
  const stepEndsAt = state.stepEndsAt + rules.rampStepMs;
  return climb({ phase: 'ramp', share, stepEndsAt, calls: 0, failures: 0 }, now, rules);
}
