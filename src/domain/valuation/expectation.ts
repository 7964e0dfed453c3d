import type { Decider } from '../decider.ts';
import type { CompactValuation } from './compact.ts';

/** A calculated valuation as the log holds it: inputs that determine it, and the compact result. */
export interface ExpectationCalculated {
  readonly ocid: string;
  readonly characterKey: string;
  readonly fingerprint: string;
  readonly ruleSet: string;
  /** Content hash of the rule tables, `sha256:…`. */
  readonly tables: string;
  readonly engine: string;
  /** The compact form of the valuation (`compact.ts`), aligned with the items of the snapshot. */
  readonly valuation: CompactValuation;
}

export type ExpectationEvent = { readonly type: 'ExpectationCalculated'; readonly data: ExpectationCalculated };

/** The inputs of the last calculation; `null` before the first. */
export type ExpectationInputs = Omit<ExpectationCalculated, 'valuation'>;
export type ExpectationState = ExpectationInputs | null;

/** The stream of a character's calculated expectations. */
export function expectationStream(ocid: string): string {
  return `expectation-${ocid}`;
}

/** Whether the last calculation already rests on these inputs: it is deterministic, so it need not run again. */
export function sameInputs(state: ExpectationState, inputs: ExpectationInputs): boolean {
  if (state === null) return false;
  return (['ocid', 'characterKey', 'fingerprint', 'ruleSet', 'tables', 'engine'] as const).every(
    (key) => state[key] === inputs[key],
  );
}

/** Appends a calculation only when its inputs differ from the last one's. */
export const expectationDecider: Decider<ExpectationCalculated, ExpectationState, ExpectationEvent> = {
  initialState: null,
  decide: (data, state) => (sameInputs(state, data) ? [] : [{ type: 'ExpectationCalculated', data }]),
  evolve: (_, event) => event.data,
};
