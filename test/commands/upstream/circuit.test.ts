import { expect } from 'chai';
import { Circuit, type BreakerSetting, type Noticed } from '../../../src/commands/upstream/circuit.ts';
import { UpstreamError, type UpstreamErrorClass } from '../../../src/commands/upstream/upstream-error.ts';

const failure = (errorClass: UpstreamErrorClass) =>
  new UpstreamError({ class: errorClass, reason: 'unrecognised', code: 'X', endpoint: 'id' });

describe('the circuit of a process', () => {
  let now: number;
  let setting: BreakerSetting;
  let noticed: Noticed[];
  let heard: boolean[];
  beforeEach(() => {
    [now, setting, noticed, heard] = [0, 'auto', [], []];
  });

  function newCircuit() {
    const clock = () => now;
    const circuit = new Circuit({
      setting: () => setting,
      rules: { rampStepMs: 1000 },
      now: clock,
      onNoticed: (what) => noticed.push(what),
    });
    circuit.onHeld((held) => heard.push(held));
    const fail = (times: number, errorClass: UpstreamErrorClass = 'outage') => {
      for (let time = 0; time < times; time += 1) circuit.ended(failure(errorClass));
    };
    return { circuit, fail };
  }

  it('opens on outages only: what is ignored or not there yet is no failure, and no success', () => {
    const { circuit, fail } = newCircuit();
    fail(50, 'ignored');
    fail(50, 'not-yet');
    expect(circuit.held()).to.equal(false);
    fail(9);
    fail(5, 'ignored');
    fail(5, 'not-yet');
    expect(circuit.held()).to.equal(false);
    fail(1);
    expect(circuit.held()).to.equal(true);
    const evidence = { code: 'X', endpoint: 'id' };
    expect(noticed).to.deep.equal([{ cause: 'failures', evidence, calls: 10, failures: 10 }]);
    expect(heard).to.deep.equal([true]);
  });

  it('opens when half of the calls of ten seconds fail, never ten in a row', () => {
    const { circuit, fail } = newCircuit();
    for (let time = 0; time < 4; time += 1) {
      circuit.ended();
      fail(1);
    }
    circuit.ended();
    expect(circuit.held()).to.equal(false);
    fail(1);
    expect(circuit.held()).to.equal(true);
  });

  it('opens at once for a fault of ours, and says so', () => {
    const { circuit, fail } = newCircuit();
    fail(1, 'our-fault');
    expect(circuit.held()).to.equal(true);
    expect(noticed).to.have.length(1);
    expect(noticed[0]).to.include({ cause: 'our-fault' });
  });

  it('tells an opening once, not each call that ends later', () => {
    const { fail } = newCircuit();
    fail(30);
    fail(1, 'our-fault');
    expect(noticed).to.have.length(1);
  });

  it('comes back through probes and the ramp; a relapse opens it again by the clock alone', () => {
    const { circuit, fail } = newCircuit();
    fail(10);
    for (let time = 0; time < 3; time += 1) {
      expect(circuit.share()).to.equal(0);
      circuit.probed(true);
    }
    expect([circuit.share(), circuit.phase]).to.deep.equal([0.1, 'ramp']);
    fail(1);
    now += 1000;
    circuit.tick();
    expect(heard).to.deep.equal([true, false, true]);
    for (let time = 0; time < 3; time += 1) circuit.probed(true);
    now += 4000;
    expect([circuit.share(), circuit.phase]).to.deep.equal([1, 'closed']);
  });

  it('does first what the operator says', () => {
    const { circuit, fail } = newCircuit();
    setting = 'closed';
    fail(50);
    expect([circuit.held(), circuit.share()]).to.deep.equal([false, 1]);
    setting = 'open';
    circuit.tick();
    expect([circuit.held(), circuit.share()]).to.deep.equal([true, 0]);
    circuit.release();
    expect(circuit.held()).to.equal(true);
    setting = 'auto';
    circuit.tick();
    expect(circuit.held()).to.equal(false);
    expect(heard).to.deep.equal([true, false]);
  });

  it('tells the share of calls that failed in the last ten seconds; while it is held, all', () => {
    const { circuit, fail } = newCircuit();
    expect(circuit.errorRatio()).to.equal(0);
    for (let time = 0; time < 19; time += 1) circuit.ended();
    fail(1);
    fail(5, 'ignored');
    expect(circuit.errorRatio()).to.equal(0.05);
    now += 11_000;
    expect(circuit.errorRatio()).to.equal(0);
    circuit.trip();
    expect(circuit.errorRatio()).to.equal(1);
    circuit.release();
    expect(circuit.errorRatio()).to.equal(0);
  });

  it('follows what another process has seen, without telling it again', () => {
    const { circuit } = newCircuit();
    circuit.trip();
    expect(circuit.held()).to.equal(true);
    circuit.release();
    expect(circuit.held()).to.equal(false);
    expect(noticed).to.deep.equal([]);
  });
});
