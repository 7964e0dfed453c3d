import { type Atom, type Atoms, MOST_ATOMS, NO_ATOMS, sameCost, WEIGHTLESS } from '../distribution/atoms.ts';
import type { Chain } from './chain.ts';

/** Where success at once is rarer than this, no single cost is heavy enough to be worth listing. */
const RARE = 1e-3;

/** How many situations are looked at. */
const MOST_EXPANSIONS = 2000;

/** A situation on the way: mesos paid so far, star, drops in a row, and the chance to come by with just that cost. */
interface Situation {
  readonly cost: number;
  readonly star: number;
  readonly drops: 0 | 1 | 2;
  readonly probability: number;
}

/**
 * The cheap end of the cost, exactly: paths through the chain in ascending order of what was paid (Dijkstra), equal
 * situations joined. O(MOST_EXPANSIONS log MOST_EXPANSIONS).
 */
export function chainAtoms(chain: Chain): Atoms {
  const atOnce = chain.path.reduce((product, { success }) => product * success, 1);
  const first = chain.path[0];
  const goal = (chain.steps.at(-1)?.star ?? 0) + 1;
  if (!first || atOnce < RARE) return NO_ATOMS;
  const queue = [{ cost: 0, star: first.star, drops: 0, probability: 1 } as Situation];
  const list: Atom[] = [];
  for (let expansions = 0; expansions < MOST_EXPANSIONS && list.length < MOST_ATOMS;) {
    const situations = takeCheapest(queue);
    const cost = situations[0]?.cost;
    if (cost === undefined) return { list, completeBelow: Infinity };
    const done = situations.find(({ star }) => star >= goal);
    if (done) list.push({ cost, probability: done.probability });
    for (const situation of situations.filter(({ star }) => star < goal)) {
      expansions++;
      for (const next of outcomes(chain, situation, goal)) if (next.probability > WEIGHTLESS) push(queue, next);
    }
  }
  return { list, completeBelow: queue[0]?.cost ?? Infinity };
}

/** Where an attempt leads to, what has been paid then, and the chance of each. */
export function outcomes(chain: Chain, situation: Situation, goal: number): Situation[] {
  const { star, drops } = situation;
  const step = chain.steps[star - (chain.steps[0]?.star ?? 0)];
  if (!step) return [];
  const move = (to: number, probability: number, change: { paid: number; drops?: 1 | 2 }): Situation => ({
    cost: situation.cost + change.paid,
    star: Math.min(to, goal),
    drops: chain.certainAfterTwoDrops ? (change.drops ?? 0) : 0,
    probability: situation.probability * probability,
  });
  if (drops === 2) return [move(step.next, 1, { paid: step.certainCost })];
  return [
    move(step.next, step.success, { paid: step.cost }),
    move(star, step.maintain, { paid: step.cost }),
    move(star - 1, step.decrease, { paid: step.cost, drops: drops === 0 ? 1 : 2 }),
    move(step.after, step.destroy, { paid: step.cost + step.penalty }),
  ];
}

/** Removes all situations of the lowest cost, those alike joined. */
function takeCheapest(queue: Situation[]): Situation[] {
  if (queue.length === 0) return [];
  const first = pop(queue);
  const { cost } = first;
  const [second] = queue;
  // Hardly any has company.
  if (!second || !sameCost(second.cost, cost)) return [first];
  const joined = new Map([[first.star * 3 + first.drops, first]]);
  while (queue[0] && sameCost(queue[0].cost, cost)) {
    const next = pop(queue);
    const key = next.star * 3 + next.drops;
    const known = joined.get(key);
    joined.set(key, known ? { ...known, probability: known.probability + next.probability } : next);
  }
  return [...joined.values()];
}

/** Binary heap by cost: children of i at 2i + 1 and 2i + 2. */
function push(heap: Situation[], added: Situation): void {
  let place = heap.length;
  heap.push(added);
  for (;;) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (!above || above.cost <= added.cost) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = added;
}

/** The cheapest, removed. The heap must not be empty. */
function pop(heap: Situation[]): Situation {
  const top = heap[0] as Situation;
  const moved = heap.pop() as Situation;
  if (heap.length === 0) return top;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const child = right && left && right.cost < left.cost ? right : left;
    if (!child || child.cost >= moved.cost) break;
    heap[place] = child;
    place = child === right ? 2 * place + 2 : 2 * place + 1;
  }
  heap[place] = moved;
  return top;
}
