import { expect } from 'chai';
import { settlementDecider, type Settle } from '../../../src/domain/valuation-request/settlement.ts';

const { decide, evolve, initialState } = settlementDecider;
const settle = (through: bigint, more: Partial<Settle> = {}): Settle => ({
  characterKey: '강은호',
  through,
  outcome: 'valued',
  ...more,
});

/** The state after these commands, one after the other. */
function given(...commands: Settle[]) {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initialState);
}

describe('settlement of a character’s requests', () => {
  it('settles from the beginning up to a position', () => {
    expect(decide(settle(7n), initialState)).to.deep.equal([
      {
        type: 'ValuationSettled',
        data: {
          characterKey: '강은호',
          after: '0',
          through: '7',
          outcome: 'valued',
          reason: null,
          evidence: {},
          parked: [],
        },
      },
    ]);
  });

  it('goes on where the last settlement ended, without a gap', () => {
    const [event] = decide(settle(9n), given(settle(7n)));
    expect(event?.data).to.include({ after: '7', through: '9' });
  });

  it('settles nothing twice', () => {
    expect(decide(settle(7n), given(settle(7n)))).to.deep.equal([]);
    expect(decide(settle(3n, { outcome: 'ignored' }), given(settle(7n)))).to.deep.equal([]);
  });

  it('keeps parked ranges in its state while later requests are valued', () => {
    const state = given(settle(7n, { outcome: 'parked', reason: 'RangeError' }), settle(9n));
    expect(state).to.deep.equal({ through: 9n, parked: [{ after: '0', through: '7' }] });
  });

  it('tells its whole state in its last event', () => {
    const commands = [settle(3n, { outcome: 'parked' }), settle(5n), settle(8n, { outcome: 'parked' })];
    const [last] = decide(commands[2]!, given(...commands.slice(0, 2)));
    expect(evolve(initialState, last!)).to.deep.equal(given(...commands));
  });
});
