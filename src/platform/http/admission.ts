import { Permits, type PermitStats } from '../permits.ts';
import type { WhenGone } from '../when-gone.ts';

/**
 * What takes part in admission: `lookUps` of answers share the round trips to the database, `reads` of other things go one
 * by one, `commands` share round trips of their own, `calculations` have threads, `waits` hold a connection and nothing
 * else. Each has permits of its own; health, metrics, operators and Discord need none.
 */
type AdmissionClass = 'lookUps' | 'reads' | 'commands' | 'calculations' | 'waits';

/** Lets only so much work begin at a time: the excess is told so at once, while what is let in is done in time. */
export interface Admission {
  /** Runs `work` when it is its turn. Throws `ProblemError` `overloaded`; also when who asked is gone before its turn. */
  run<T>(kind: AdmissionClass, work: () => Promise<T>, whenGone?: WhenGone): Promise<T>;
  /** How much more work of this kind is worth beginning: bounded only while nobody is let in without a wait, calculations always. */
  room(kind: AdmissionClass): number;
  /** Whether work of this kind would be refused now. */
  isFull(kind: AdmissionClass): boolean;
  /** Counts work as refused that was turned away before anything was done for it. */
  turnAway(kind: AdmissionClass): void;
  stats(): Readonly<Record<AdmissionClass, PermitStats>>;
}

export interface AdmissionOptions {
  /** Permits of the database pool at this moment. */
  readonly poolSize: () => number;
  /** Threads that calculate; one question more is read from the database meanwhile. */
  readonly threads: number;
  /** Longest queue of a class. */
  readonly maxQueue: () => number;
}

/** What waits longer than that is worth nothing to its client any more, in ms. */
export const LONGEST_WAIT_MS = 1000;
/** The longest queue while more is asked for than can be done: it makes nobody wait long, and does not run dry. */
const CONGESTED_QUEUE = 8;
/** Calculations that may wait for each thread: one takes as long as many reads. */
const WAITING_CALCULATIONS = 8;
/** A process that has calculated nothing yet takes up to a second for one. */
const LONGEST_WAIT_FOR_CALCULATION_MS = 3000;
/** Look-ups in one round trip, and such round trips at a time: all that a turn of the event loop does of them. */
export const LOOK_UPS = { largest: 16, atOnce: 2 };
/** Two groups of the group commit: one on its way to the database, one gathering meanwhile. */
const COMMANDS = 1000;
const WAITS = 1000;

/**
 * Makes the admission of a process. Reads have two thirds of the pool: however many there are, appends, projections,
 * workers and health checks, which share it, find a permit.
 */
export function createAdmission({ poolSize, threads, maxQueue }: AdmissionOptions): Admission {
  const permits = (what: string, size: () => number, maxWaiting: () => number, timeoutMs = LONGEST_WAIT_MS): Permits =>
    new Permits({ what, size, maxWaiting, timeoutMs });
  const congestible = (what: string, size: () => number): Permits => {
    const its: Permits = permits(what, size, () =>
      Math.min(its.isCongested() ? CONGESTED_QUEUE : Infinity, maxQueue()),
    );
    return its;
  };
  const twoThirds = (): number => Math.max(1, Math.floor((poolSize() * 2) / 3));
  const classes = {
    lookUps: congestible('looking up', () => LOOK_UPS.largest * LOOK_UPS.atOnce),
    reads: congestible('reading', twoThirds),
    commands: permits('filing', () => COMMANDS, maxQueue),
    calculations: permits(
      'calculating',
      () => threads + 1,
      () => Math.min(WAITING_CALCULATIONS * threads, maxQueue()),
      LONGEST_WAIT_FOR_CALCULATION_MS,
    ),
    waits: permits(
      'waiting for answers',
      () => WAITS,
      () => 0,
    ),
  };
  return {
    run: (kind, work, whenGone) => classes[kind].run(work, whenGone),
    room: (kind) => (kind === 'calculations' || classes[kind].isCongested() ? classes[kind].room() : Infinity),
    isFull: (kind) => classes[kind].room() <= 0,
    turnAway: (kind) => classes[kind].turnAway(),
    stats: () => ({
      lookUps: classes.lookUps.stats(),
      reads: classes.reads.stats(),
      commands: classes.commands.stats(),
      calculations: classes.calculations.stats(),
      waits: classes.waits.stats(),
    }),
  };
}
