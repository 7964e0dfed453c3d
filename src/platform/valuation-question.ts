import type { Snapshot } from '../domain/character/snapshot.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Assumptions } from '../domain/valuation/assumptions.ts';
import type { EstimateRequest } from '../domain/valuation/estimate-input.ts';

/** A character's snapshot under assumptions; the active preset is the one asked about. */
interface Character {
  readonly snapshot: Snapshot;
  readonly assumptions: Assumptions;
}

/** What a reader may want calculated. */
export type Question =
  | { readonly kind: 'estimate'; readonly request: EstimateRequest }
  | ({ readonly kind: 'valuation' } & Character)
  | ({ readonly kind: 'plan' } & Character)
  /** `budget`: mesos. */
  | ({ readonly kind: 'chances'; readonly budget: number | undefined } & Character);

/** The JSON of the answer, or why there is none. */
export type Reply =
  | { readonly json: string }
  | {
      readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly field: string | undefined };
    };
