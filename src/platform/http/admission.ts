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
  /** How much more of this kind is worth beginning: bounded while more is asked for than can be done, calculations always. */
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
/** Calculations that may wait for each thread, and while more is asked for than can be done: one takes as long as many reads. */
const WAITING_CALCULATIONS = { atMost: 8, congested: 1 };
/** A process that has calculated nothing yet takes up to a second for one, others a tenth. */
const CALCULATIONS = { timeoutMs: 3000, intervalMs: 500 };
/** Look-ups in one round trip, and such round trips at a time: all that a turn of the event loop does of them. */
export const LOOK_UPS = { largest: 16, atOnce: 2 };
/** Two groups of the group commit: one on its way to the database, one gathering meanwhile. */
const COMMANDS = 1000;
const WAITS = 1000;

/** A class of work: how much of it at a time, its longest queue, the longest while it is congested, times in ms. */
interface ClassOptions {
  readonly size: () => number;
  readonly atMost?: number;
  readonly congested?: number;
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Makes the admission of a process. Reads have two thirds of the pool: however many there are, appends, projections,
 * workers and health checks, which share it, find a permit.
 */
export function createAdmission({ poolSize, threads, maxQueue }: AdmissionOptions): Admission {
  const open = (
    what: string,
    { size, atMost = Infinity, congested = CONGESTED_QUEUE, ...times }: ClassOptions,
  ): Permits => {
    const longest = (): number => (its.isCongested() ? congested : atMost);
    const maxWaiting = (): number => Math.min(longest(), maxQueue());
    const its: Permits = new Permits({ what, size, maxWaiting, timeoutMs: LONGEST_WAIT_MS, ...times });
    return its;
  };
  const twoThirds = (): number => Math.max(1, Math.floor((poolSize() * 2) / 3));
  const classes = {
    lookUps: open('looking up', { size: () => LOOK_UPS.largest * LOOK_UPS.atOnce }),
    reads: open('reading', { size: twoThirds }),
    commands: open('filing', { size: () => COMMANDS, congested: Infinity }),
    calculations: open('calculating', {
      size: () => threads + 1,
      atMost: WAITING_CALCULATIONS.atMost * threads,
      congested: WAITING_CALCULATIONS.congested * threads,
      ...CALCULATIONS,
    }),
    waits: open('waiting for answers', { size: () => WAITS, atMost: 0, congested: 0 }),
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
