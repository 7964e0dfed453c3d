interface Waiting<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupLimits {
  /** Questions of one round trip. */
  readonly largest: number;
  /** Round trips under way at a time. */
  readonly atOnce: number;
}

/**
 * Lets questions of one turn of the event loop, and those that come while others are under way, share a round trip. A lone
 * one waits for nobody; under load the round trips grow instead of their number. `ask` answers each question of a group, in
 * their order; an `Error` is the outcome of that one. When `ask` fails, each of the group does.
 */
export function createGrouped<Q, A>(
  ask: (group: readonly Q[]) => Promise<readonly (A | Error)[]>,
  { largest, atOnce }: GroupLimits,
): (question: Q) => Promise<A> {
  let waiting: Waiting<Q, A>[] = [];
  let underWay = 0;
  let gathering = false;
  const start = (): void => {
    gathering = false;
    while (waiting.length > 0 && underWay < atOnce) {
      const group = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      underWay++;
      void answer(ask, group).then(() => {
        underWay--;
        gather();
      });
    }
  };
  const gather = (): void => {
    if (gathering || underWay >= atOnce) return;
    gathering = true;
    setImmediate(start);
  };
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      gather();
    });
}

async function answer<Q, A>(
  ask: (group: readonly Q[]) => Promise<readonly (A | Error)[]>,
  group: readonly Waiting<Q, A>[],
): Promise<void> {
  // A round trip that fails fails each of its group; it must not end those that come next.
  try {
    const answers = await ask(group.map(({ question }) => question));
    group.forEach(({ resolve, reject }, index) => {
      const given = answers[index];
      if (given === undefined || given instanceof Error) reject(given ?? new Error('a question was not answered'));
      else resolve(given);
    });
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
