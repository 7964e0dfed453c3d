import { expect } from 'chai';
import {
  settlementDecider,
  type Release,
  type Settle,
  type SettlementEvent,
} from '../../../src/domain/valuation-request/settlement.ts';

const { decide, evolve, initialState } = settlementDecider;
const characterKey = '강은호';
const settle = (through: bigint, more: Partial<Omit<Settle, 'kind'>> = {}): Settle => ({
  kind: 'settle',
  characterKey,
  through,
  outcome: 'valued',
  ...more,
});
const park = (through: bigint) => settle(through, { outcome: 'parked', reason: 'RangeError' });
const range = (after: number, through: number) => ({ after: String(after), through: String(through) });
const release = (after: number, through: number, decision: Release['decision'] = 'retry'): Release => ({
  ...{ kind: 'release', characterKey, characterName: characterKey, decision, by: 'someone' },
  ...range(after, through),
});

/** The events of these commands, one after the other. */
function given(...commands: (Settle | Release)[]): readonly SettlementEvent[] {
  return commands.reduce<readonly SettlementEvent[]>(
    (events, command) => [...events, ...decide(command, stateAfter(events))],
    [],
  );
}
const stateAfter = (events: readonly SettlementEvent[]) => events.reduce(evolve, initialState);
const bounds = (events: readonly SettlementEvent[]) => events.map(({ data }) => [data.after, data.through]);

describe('settlement of a character’s requests', () => {
  it('settles from the beginning up to a position', () => {
    const state = { through: '7', parked: [], released: [] };
    const data = { characterKey, ...range(0, 7), outcome: 'valued', reason: null, evidence: {}, state };
    expect(decide(settle(7n), initialState)).to.deep.equal([{ type: 'ValuationSettled', data }]);
  });

  it('goes on where the last settlement ended, without a gap', () => {
    expect(bounds(given(settle(7n), settle(9n)))).to.deep.equal([
      ['0', '7'],
      ['7', '9'],
    ]);
  });

  it('settles nothing twice', () => {
    expect(decide(settle(7n), stateAfter(given(settle(7n))))).to.deep.equal([]);
    expect(decide(settle(3n, { outcome: 'ignored' }), stateAfter(given(settle(7n))))).to.deep.equal([]);
  });

  it('keeps parked ranges in its state while later requests are valued', () => {
    const state = stateAfter(given(park(7n), settle(9n)));
    expect(state).to.deep.equal({ through: '9', parked: [range(0, 7)], released: [] });
  });

  it('keeps what is parked in a row as one range, so that the state does not grow with the failures', () => {
    expect(stateAfter(given(park(3n), park(5n), settle(8n), park(9n))).parked).to.deep.equal([
      range(0, 5),
      range(8, 9),
    ]);
  });

  it('makes a released range pending again, and settles it by its own bounds before what is new', () => {
    const before = [park(3n), settle(5n), release(0, 3)];
    expect(stateAfter(given(...before))).to.deep.equal({ through: '5', parked: [], released: [range(0, 3)] });
    const events = given(...before, settle(8n)).slice(-2);
    expect(bounds(events)).to.deep.equal([
      ['0', '3'],
      ['5', '8'],
    ]);
    expect(stateAfter(events)).to.deep.equal({ through: '8', parked: [], released: [] });
  });

  it('leaves a released range to a job that reaches it', () => {
    const released = stateAfter(given(settle(2n), park(5n), release(2, 5)));
    expect(decide(settle(4n), released)).to.deep.equal([]);
    expect(bounds(decide(settle(5n), released))).to.deep.equal([['2', '5']]);
  });

  it('parks a released range again when it fails again', () => {
    const state = stateAfter(given(park(3n), settle(5n), release(0, 3), park(3n)));
    expect(state).to.deep.equal({ through: '5', parked: [range(0, 3)], released: [] });
  });

  it('ignores a parked range for good', () => {
    const events = given(park(3n), release(0, 3, 'ignore'));
    expect(events.at(-1)?.data).to.deep.include({ decision: 'ignore', by: 'someone', ...range(0, 3) });
    expect(decide(settle(3n), stateAfter(events))).to.deep.equal([]);
  });

  it('releases only what is parked, in the bounds it has now', () => {
    const state = stateAfter(given(park(3n), park(5n), settle(7n)));
    for (const wrong of [release(0, 3), release(3, 5), release(5, 7)]) expect(decide(wrong, state)).to.deep.equal([]);
    expect(decide(release(0, 5), stateAfter(given(park(5n), release(0, 5))))).to.deep.equal([]);
  });
});
