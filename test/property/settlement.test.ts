import { expect } from 'chai';
import fc from 'fast-check';
import type { PositionRange } from '../../src/domain/valuation-request/position-range.ts';
import {
  settlementDecider,
  type Release,
  type Settle,
  type SettlementEvent,
  type SettlementState,
} from '../../src/domain/valuation-request/settlement.ts';

const { decide, evolve, initialState } = settlementDecider;
const LAST = 30;
const character = { characterKey: 'a', characterName: 'A' };

/** A settlement up to anywhere, or the release of one of what is parked, of one of its parts, or of anything. */
const commands = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('settle' as const),
      through: fc.bigInt(0n, BigInt(LAST)),
      outcome: fc.constantFrom('valued' as const, 'ignored' as const, 'parked' as const),
    }),
    fc.record({
      kind: fc.constant('release' as const),
      nth: fc.nat(3),
      astray: fc.tuple(fc.constantFrom(0, 0, 0, 1), fc.constantFrom(0, 0, 0, -1)),
      decision: fc.constantFrom('retry' as const, 'ignore' as const),
    }),
  ),
  { maxLength: 40 },
);

type Step = typeof commands extends fc.Arbitrary<(infer S)[]> ? S : never;

function toCommand(step: Step, state: SettlementState): Settle | Release {
  if (step.kind === 'settle') return { ...step, ...character };
  const { after, through } = state.parked[step.nth % Math.max(state.parked.length, 1)] ?? { after: '0', through: '1' };
  const [a, t] = step.astray;
  const range = { after: String(Number(after) + a), through: String(Number(through) + t) };
  return { kind: 'release', ...character, ...range, decision: step.decision, by: 'x' };
}

function run(steps: readonly Step[]): readonly SettlementEvent[] {
  const events: SettlementEvent[] = [];
  for (const step of steps) {
    const state = events.at(-1)?.data.state ?? initialState;
    events.push(...decide(toCommand(step, state), state));
  }
  return events;
}

const covers = ({ after, through }: PositionRange, position: number) =>
  Number(after) < position && position <= Number(through);
const holding = (ranges: readonly PositionRange[], position: number) => ranges.filter((one) => covers(one, position));

/** What the last event that covers a position says of it: the rule that the read models follow. */
function outcomeOf(events: readonly SettlementEvent[], position: number): string {
  const last = events.findLast(({ data }) => covers(data, position));
  if (last === undefined) return 'pending';
  if (last.type === 'ValuationSettled') return last.data.outcome;
  return last.data.decision === 'retry' ? 'pending' : 'ignored';
}

describe('properties of settlement, for any sequence of commands', () => {
  const positions = Array.from({ length: LAST }, (_, index) => index + 1);
  const holds = (check: (events: readonly SettlementEvent[], state: SettlementState) => void) =>
    fc.assert(
      fc.property(commands, (steps) => {
        const events = run(steps);
        check(events, events.at(-1)?.data.state ?? initialState);
      }),
      { numRuns: 2000 },
    );

  it('each request has one outcome, and the state agrees with the last event that covers it', () => {
    holds((events, state) => {
      for (const position of positions) {
        const parked = holding(state.parked, position).length;
        const released = holding(state.released, position).length;
        const pending = position > Number(state.through) || released > 0;
        expect(parked + released, `ranges that hold ${position}`).to.be.lessThanOrEqual(1);
        const outcome = outcomeOf(events, position);
        expect(outcome === 'pending', `${position} pending`).to.equal(pending);
        expect(outcome === 'parked', `${position} parked`).to.equal(parked === 1);
      }
    });
  });

  it('no request is settled twice without having been released in between', () => {
    holds((events) => {
      for (const position of positions) {
        const covering = events.filter(({ data }) => covers(data, position));
        covering.forEach((event, index) => {
          const settled = event.type === 'ValuationSettled';
          const before = outcomeOf(covering.slice(0, index), position);
          expect(before).to.equal(settled ? 'pending' : 'parked');
        });
      }
    });
  });

  it('the last event tells the whole state', () => {
    holds((events, state) => {
      expect(events.reduce(evolve, initialState)).to.deep.equal(state);
      const last = events.at(-1);
      if (last !== undefined) expect(evolve(initialState, last)).to.deep.equal(state);
    });
  });

  it('everything that is pending is settled by one command', () => {
    holds((events, state) => {
      const all = [
        ...events,
        ...decide({ kind: 'settle', ...character, through: BigInt(LAST), outcome: 'valued' }, state),
      ];
      for (const position of positions) expect(outcomeOf(all, position)).to.not.equal('pending');
    });
  });
});
