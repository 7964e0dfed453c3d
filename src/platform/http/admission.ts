import { Permits, type PermitStats } from '../permits.ts';

/**
 * What takes part in admission: `reads` go to the database one by one, `commands` share its round trips, `waits` hold a
 * connection and nothing else. Each has permits of its own; health, metrics, operators and Discord need none.
 */
type AdmissionClass = 'reads' | 'commands' | 'waits';

/** Lets only so much work at a time to the database: the excess is told so at once, while what is let in is done in time. */
export interface Admission {
  /** Runs `work` when it is its turn. Throws `ProblemError` `overloaded`; also when `signal` aborts in the queue. */
  run<T>(kind: AdmissionClass, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** How much more work of this kind is worth beginning: bounded only while nobody is let in without a wait. */
  room(kind: AdmissionClass): number;
  /** Counts work as refused that was turned away before anything was done for it. */
  turnAway(kind: AdmissionClass): void;
  stats(): Readonly<Record<AdmissionClass, PermitStats>>;
}

export interface AdmissionOptions {
  /** Permits of the database pool at this moment. */
  readonly poolSize: () => number;
  /** Longest queue of a class. */
  readonly maxQueue: () => number;
}

/** What waits longer than that is worth nothing to its client any more, in ms. */
const DEADLINE_MS = 1000;
/** The longest queue while more is asked for than can be done: it makes nobody wait long, and does not run dry. */
const CONGESTED_QUEUE = 8;
/** Two groups of the group commit: one on its way to the database, one gathering meanwhile. */
const COMMANDS = 1000;
const WAITS = 1000;

/**
 * Makes the admission of a process. Reads have two thirds of the pool: however many there are, appends, projections,
 * workers and health checks, which share it, find a permit.
 */
export function createAdmission({ poolSize, maxQueue }: AdmissionOptions): Admission {
  const permits = (what: string, size: () => number, maxWaiting: () => number): Permits =>
    new Permits({ what, size, maxWaiting, timeoutMs: DEADLINE_MS });
  const readQueue = (): number => (reads.isCongested() ? Math.min(CONGESTED_QUEUE, maxQueue()) : maxQueue());
  const reads: Permits = permits('reading', () => Math.max(1, Math.floor((poolSize() * 2) / 3)), readQueue);
  const commands = permits('filing', () => COMMANDS, maxQueue);
  const waits = permits(
    'waiting for answers',
    () => WAITS,
    () => 0,
  );
  const classes = { reads, commands, waits };
  return {
    run: (kind, work, signal) => classes[kind].run(work, signal),
    room: (kind) => (classes[kind].isCongested() ? classes[kind].room() : Infinity),
    turnAway: (kind) => classes[kind].turnAway(),
    stats: () => ({ reads: reads.stats(), commands: commands.stats(), waits: waits.stats() }),
  };
}
