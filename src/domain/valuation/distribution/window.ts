/** A law's quantiles on one window of the ladder, [0, 2^rung) mesos. */
export interface Window {
  readonly rung: number;
  /** Smallest x with F(x) ≥ q; `undefined` when it lies beyond what is read of the window. */
  quantile(q: number): number | undefined;
  /** The same window with more frequencies, where a quantile at x needs them. */
  finerAt(x: number): Window | undefined;
  /** The window from which a quantile at x is best read. */
  rungFor(x: number): number;
  /** The law on another window. */
  on(rung: number): Window;
}
