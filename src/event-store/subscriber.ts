import type { TransactionSql } from 'postgres';
import type { RecordedEvent } from './event-store.ts';

export type Transaction = TransactionSql<{ bigint: bigint }>;

/** A consumer of the log: a projection, the dispatcher, a process manager. */
export interface Subscriber {
  /** Names the checkpoint and the lock: one runner per name over all processes. */
  readonly name: string;
  readonly types: readonly string[];
  /** The read model it keeps, all of it: tables that can be dropped and rebuilt from the log. */
  readonly tables: readonly string[];
  /** Events that a rebuild applies at once (default 500): more where they are small and many of them make one row. */
  readonly batchSize?: number;
  /**
   * What has to be applied in order, told without looking at the data: when an event cannot be applied, later ones of
   * its key wait. Default: the stream.
   */
  keyOf?(event: Pick<RecordedEvent, 'id' | 'stream'>): string;
  /** Applies events in order, inside the transaction that stores the checkpoint: exactly once. */
  apply(sql: Transaction, events: readonly RecordedEvent[]): Promise<void>;
  /** After the commit, with the events that were applied. May be lost with the process: only for wake-ups that something else repeats. */
  committed?(events: readonly RecordedEvent[]): Promise<void>;
}
