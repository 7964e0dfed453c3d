/** What became of a run's requests, counted in the log. */
export interface Reconciliation {
  readonly expected: number;
  readonly valued: number;
  readonly ignored: number;
  readonly parked: number;
  /** Still without an outcome. */
  readonly missing: number;
  /** Settled more than once without a release in between, or standing in the log twice. */
  readonly duplicates: number;
  /** Settlements since the run began that settle no request. */
  readonly orphans: number;
  /** SHA-256 over the sorted lines `<request id> <outcome>`; the outcome of a missing one is `missing`. */
  readonly digest: string;
}

/** Whether all expected requests have their outcome once, and nothing else was settled. */
export function isReconciled({ missing, duplicates, orphans, ...counts }: Reconciliation): boolean {
  const { expected, valued, ignored, parked } = counts;
  return expected === valued + ignored + parked && missing === 0 && duplicates === 0 && orphans === 0;
}
