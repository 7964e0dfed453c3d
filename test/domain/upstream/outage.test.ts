import { expect } from 'chai';
import { outageDecider, outageOpen, type OutageCommand } from '../../../src/domain/upstream/outage.ts';

const { decide, evolve, initialState } = outageDecider('nexon');
const seen = { cause: 'failures', evidence: { code: 'OPENAPI00010' }, calls: 12, failures: 10 } as const;
const start: OutageCommand = { type: 'start', ...seen };
const end: OutageCommand = { type: 'end', probes: 4 };

/** The state after these commands, one after the other. */
function given(...commands: OutageCommand[]) {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initialState);
}

describe('the episodes of an outage', () => {
  it('begin with what was seen', () => {
    expect(decide(start, initialState)).to.deep.equal([
      { type: 'OutageStarted', data: { provider: 'nexon', ...seen } },
    ]);
  });

  it('begin once, however many processes notice', () => {
    expect(decide({ ...start, cause: 'our-fault' }, given(start))).to.deep.equal([]);
  });

  it('end once, with their cause', () => {
    const ended = { provider: 'nexon', cause: 'failures', probes: 4 };
    expect(decide(end, given(start))).to.deep.equal([{ type: 'OutageEnded', data: ended }]);
    expect(decide(end, given(start, end))).to.deep.equal([]);
    expect(decide(end, initialState)).to.deep.equal([]);
  });

  it('follow each other', () => {
    expect(decide(start, given(start, end))).to.have.length(1);
  });

  it('are told whole by the last event', () => {
    for (const commands of [[start], [start, end], [start, end, start]]) {
      const [last] = decide(commands.at(-1)!, given(...commands.slice(0, -1)));
      expect(evolve(initialState, last!)).to.deep.equal(given(...commands));
      expect(outageOpen(last)).to.equal(given(...commands).open !== undefined);
    }
  });
});
