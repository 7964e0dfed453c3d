/** Requests that were accepted into a file while the log was away have been written to the log. */
export interface SpoolDrained {
  /** The process that had accepted them. */
  readonly instance: string;
  /** How many records were drained; some may have stood in the log already. */
  readonly entries: number;
  /** Of these: records refused, because their idempotency key had been used for another request. */
  readonly conflicts: number;
}

/** The stream of the drains of one process's spool. */
export function spoolStream(instance: string): string {
  return `spool-${instance}`;
}
