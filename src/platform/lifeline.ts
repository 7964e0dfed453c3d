/** What a process consists of, in the order in which it ends; of one kind, the latest started ends first. */
const ORDER = [
  /** Not ready any more: the time in which balancers notice. */
  'readiness',
  /** Accepting, and the requests in flight. */
  'requests',
  /** Taking jobs, the active ones, and the threads and clients they use. */
  'jobs',
  /** Projections and whatever else follows the log: the batch in hand lands with its checkpoint. */
  'followers',
  'queue',
  'redis',
  'event store',
  'database',
  /** The servers that this process has started for itself. */
  'services',
] as const;
type Kind = (typeof ORDER)[number];

/** What a process has started; ended once, in the order of its kinds. */
export class Lifeline {
  readonly #ends = new Map<Kind, (() => void | Promise<void>)[]>();
  #ended: Promise<void> | undefined;

  /** True from the moment the end has begun. */
  get ending(): boolean {
    return this.#ended !== undefined;
  }

  /** Remembers how to end something that has just begun; returns it. */
  add<T>(kind: Kind, started: T, end: (it: T) => void | Promise<void>): T {
    this.#ends.set(kind, [() => end(started), ...(this.#ends.get(kind) ?? [])]);
    return started;
  }

  /** What has not ended yet; the first is what is ending. */
  left(): readonly string[] {
    return ORDER.filter((kind) => this.#ends.has(kind));
  }

  /** Ends everything; what fails to end does not keep the rest from ending. Rejects with the failures. */
  end(): Promise<void> {
    this.#ended ??= this.#endAll();
    return this.#ended;
  }

  async #endAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const kind of ORDER) {
      for (const end of this.#ends.get(kind) ?? []) {
        // Each end has its chance, whatever became of the others.
        try {
          await end();
        } catch (error) {
          failures.push(error);
        }
      }
      this.#ends.delete(kind);
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything ended well');
  }
}
