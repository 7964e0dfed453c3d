import { expect } from 'chai';
import { ProblemError } from '../../../src/domain/errors.ts';
import {
  replayDecider,
  REPLAY_EVENTS,
  type ReplayCommand,
  type ReplayEvent,
  type ReplayState,
} from '../../../src/domain/replay/run.ts';

const { decide, evolve, initialState } = replayDecider;
const scope = { mark: '9', from: '1', windows: [{ since: null, until: null }], characterKeys: null };
const progress = { ranges: 1, handedOut: 200, valued: 198, ignored: 1, parked: 1 };
const sums = { expected: 3, valued: 3, ignored: 0, parked: 0, missing: 0, duplicates: 0, orphans: 0, digest: 'ab' };
const first = { coordinator: 'first', poisonBudget: 50 };

const plan: ReplayCommand = { kind: 'plan', planHash: 'h', scope, characters: 200, upstreamCalls: 600, by: 'anna' };
const start: ReplayCommand = { kind: 'start', ...first };
const checkpoint: ReplayCommand = { kind: 'checkpoint', coordinator: 'first', progress };
const pause: ReplayCommand = { kind: 'pause', by: 'anna', reason: 'operator' };
const resume: ReplayCommand = { kind: 'resume', by: 'ben' };
const takeOver: ReplayCommand = { kind: 'take-over', by: 'ben', coordinator: 'second', poisonBudget: 80 };
const complete: ReplayCommand = { kind: 'complete', coordinator: 'first', progress, reconciliation: sums };
const cancel: ReplayCommand = { kind: 'cancel', by: 'ben' };
const ALL = { plan, start, checkpoint, pause, resume, 'take-over': takeOver, complete, cancel };

function after(...commands: readonly ReplayCommand[]): ReplayState {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initialState);
}
const types = (events: readonly ReplayEvent[]) => events.map(({ type }) => type);

describe('a replay run', () => {
  it('goes from plan to completion', () => {
    expect(after(plan)).to.include({ status: 'planned' });
    expect(after(plan, start)).to.include({ status: 'running', ...first });
    expect(after(plan, start, checkpoint).progress).to.deep.equal(progress);
    expect(after(plan, start, checkpoint, complete)).to.include({ status: 'completed' });
  });

  it('says in its events what was decided, and nothing else', () => {
    expect(decide(plan, initialState)).to.deep.equal([
      { type: 'ReplayPlanned', data: { planHash: 'h', scope, characters: 200, upstreamCalls: 600, by: 'anna' } },
    ]);
    expect(decide(takeOver, after(plan, start))).to.deep.equal([
      { type: 'ReplayResumed', data: { by: 'ben', started: { coordinator: 'second', poisonBudget: 80 } } },
    ]);
    expect(decide(resume, after(plan, start, pause))).to.deep.equal([
      { type: 'ReplayResumed', data: { by: 'ben', started: null } },
    ]);
    expect(decide(complete, after(plan, start))).to.deep.equal([
      { type: 'ReplayCompleted', data: { coordinator: 'first', progress, reconciliation: sums } },
    ]);
  });

  it('is paused for a reason, still counts what was under way, and goes on', () => {
    const paused = after(plan, start, { ...pause, reason: 'poison-budget' }, checkpoint);
    expect(paused).to.include({ status: 'paused', pausedFor: 'poison-budget' });
    expect(paused.progress).to.deep.equal(progress);
    expect(after(plan, start, pause, resume)).to.include({ status: 'running', pausedFor: null, coordinator: 'first' });
  });

  it('belongs to the coordinator that took it over last', () => {
    const taken = [plan, start, takeOver];
    expect(after(...taken)).to.include({ status: 'running', coordinator: 'second', poisonBudget: 80 });
    expect(() => decide(checkpoint, after(...taken))).to.throw(ProblemError, 'taken this replay over');
    expect(() => decide(complete, after(...taken))).to.throw(ProblemError, 'taken this replay over');
    expect(types(decide({ ...complete, coordinator: 'second' }, after(...taken)))).to.deep.equal(['ReplayCompleted']);
  });

  const situations: Record<string, { given: readonly ReplayCommand[]; legal: readonly (keyof typeof ALL)[] }> = {
    none: { given: [], legal: ['plan'] },
    planned: { given: [plan], legal: ['start', 'cancel'] },
    running: { given: [plan, start], legal: ['checkpoint', 'pause', 'take-over', 'complete', 'cancel'] },
    paused: { given: [plan, start, pause], legal: ['checkpoint', 'resume', 'take-over', 'complete', 'cancel'] },
    completed: { given: [plan, start, complete], legal: [] },
    cancelled: { given: [plan, start, cancel], legal: [] },
  };
  for (const [status, { given, legal }] of Object.entries(situations)) {
    it(`takes ${legal.length === 0 ? 'nothing more' : `only ${legal.join(', ')}`} when it is ${status}`, () => {
      const state = after(...given);
      expect(state.status).to.equal(status);
      for (const [kind, command] of Object.entries(ALL)) {
        if (legal.includes(command.kind)) expect(decide(command, state)).to.have.length(1);
        else expect(() => decide(command, state), kind).to.throw(ProblemError, status);
      }
    });
  }

  it('has every one of its event types in the list', () => {
    const events = Object.values(situations).flatMap(({ given, legal }) =>
      legal.flatMap((kind) => decide(ALL[kind], after(...given))),
    );
    expect(new Set(types(events))).to.deep.equal(new Set(REPLAY_EVENTS));
  });
});
