import { expect } from 'chai';
import fc from 'fast-check';
import { START } from '../../src/event-store/event-store.ts';
import type { Position } from '../../src/event-store/event-store.ts';
import { moveSafeHead } from '../../src/event-store/postgres/safe-head.ts';
import type { Observation, SafeHead } from '../../src/event-store/postgres/safe-head.ts';

type Move = (state: SafeHead, observation: Observation) => SafeHead;
type Step =
  { readonly writer: number; readonly does: 'draw' | 'commit' | 'roll back' } | 'snapshot' | 'look at the lock';

const at = (position: number) => BigInt(position) as Position;
const nobody = { head: START, waiting: undefined };

/** PostgreSQL in small: positions drawn in order, seen in the order of commits, a look that is older than its holders. */
class Model {
  readonly #open = new Map<number, { transaction: string; drawn: number[] }>();
  readonly #committed = new Set<number>();
  #drawn = 0;
  #transactions = 0;
  #snapshot: Omit<Observation, 'holders'> | undefined;
  state: SafeHead = nobody;

  readonly move: Move;

  constructor(move: Move) {
    this.move = move;
  }

  take(step: Step): void {
    if (step === 'snapshot') this.#snapshot = this.#seen();
    else if (step === 'look at the lock') this.#look();
    else if (step.does === 'draw') this.#draw(step.writer);
    else this.#end(step.writer, step.does === 'commit');
  }

  /** The largest position that can be seen, once everybody has ended. */
  endAll(): Position {
    for (const writer of [...this.#open.keys()]) this.#end(writer, writer % 2 === 0);
    return at(Math.max(0, ...this.#committed));
  }

  /** Positions that may still appear. */
  pending(): number[] {
    return [...[...this.#open.values()].flatMap(({ drawn }) => drawn), this.#drawn + 1];
  }

  #seen(): Omit<Observation, 'holders'> {
    const last = Math.max(0, ...this.#committed);
    let runEnd = Number(this.state.head);
    while (this.#committed.has(runEnd + 1)) runEnd++;
    return { runEnd: at(runEnd) === this.state.head ? undefined : at(runEnd), last: last === 0 ? undefined : at(last) };
  }

  #look(): void {
    if (this.#snapshot === undefined) return;
    const holders = [...this.#open.values()].map(({ transaction }) => transaction);
    this.state = this.move(this.state, { ...this.#snapshot, holders });
    this.#snapshot = undefined;
  }

  #draw(writer: number): void {
    const open = this.#open.get(writer) ?? { transaction: `t${++this.#transactions}`, drawn: [] };
    open.drawn.push(++this.#drawn);
    this.#open.set(writer, open);
  }

  #end(writer: number, commits: boolean): void {
    if (commits) for (const position of this.#open.get(writer)?.drawn ?? []) this.#committed.add(position);
    this.#open.delete(writer);
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ writer: fc.nat(4), does: fc.constantFrom('draw', 'commit', 'roll back') }) },
    { weight: 2, arbitrary: fc.constantFrom<Step>('snapshot', 'look at the lock') },
  ),
  { maxLength: 60 },
);

/** Whatever happens in whatever order, nothing may still appear at or below the head. */
function neverPassesWhatMayAppear(move: Move) {
  return fc.property(steps, (taken) => {
    const model = new Model(move);
    for (const step of taken) {
      model.take(step);
      if (model.pending().some((position) => position <= model.state.head)) return false;
    }
    return true;
  });
}

/** A control must find its counterexample in every run: the seed makes it so. */
const CONTROL = { numRuns: 5000, seed: 1 };

describe('safe head', () => {
  it('never passes a position that may still appear', () => {
    fc.assert(neverPassesWhatMayAppear(moveSafeHead), { numRuns: 5000 });
  });

  it('control: a head that steps over gaps at once does pass some', () => {
    const naive: Move = (state, { last }) => ({ ...state, head: last ?? state.head });
    expect(fc.check(neverPassesWhatMayAppear(naive), CONTROL).failed).to.equal(true);
  });

  it('control: a head that asks for the holders before it looks at the log does pass some', () => {
    let holders: readonly string[] = [];
    const early: Move = (state, observation) => {
      const moved = moveSafeHead(state, { ...observation, holders });
      holders = observation.holders;
      return moved;
    };
    expect(fc.check(neverPassesWhatMayAppear(early), CONTROL).failed).to.equal(true);
  });

  it('reaches the end of the log with one look, or two, when all writers have ended', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const model = new Model(moveSafeHead);
        for (const step of taken) model.take(step);
        const end = model.endAll();
        for (const step of ['snapshot', 'look at the lock', 'snapshot', 'look at the lock'] as const) model.take(step);
        expect(model.state.head).to.equal(end);
      }),
      { numRuns: 2000 },
    );
  });

  it('follows an unbroken run whoever holds the lock', () => {
    const seen = { runEnd: at(7), last: at(7), holders: ['5/1'] };
    expect(moveSafeHead(nobody, seen)).to.deep.equal({ head: 7n, waiting: undefined });
  });

  it('waits at a gap for the holders of that moment, not for those that come later', () => {
    const gap = moveSafeHead({ head: at(4), waiting: undefined }, { runEnd: undefined, last: at(9), holders: ['5/1'] });
    expect(gap).to.deep.equal({ head: 4n, waiting: { upTo: 9n, holders: ['5/1'] } });
    const still = moveSafeHead(gap, { runEnd: undefined, last: at(12), holders: ['5/1', '6/8'] });
    expect(still).to.deep.equal(gap);
    const ended = moveSafeHead(still, { runEnd: undefined, last: at(12), holders: ['6/8'] });
    expect(ended).to.deep.equal({ head: 9n, waiting: { upTo: 12n, holders: ['6/8'] } });
  });

  it('jumps to the end of a long log at the first look when nobody writes', () => {
    const seen = { runEnd: at(10_000), last: at(2_000_000), holders: [] };
    expect(moveSafeHead(nobody, seen)).to.deep.equal({ head: 2_000_000n, waiting: undefined });
  });
});
