import { expect } from 'chai';
import { Circuit, type BreakerSetting, type Noticed } from '../../../src/commands/upstream/circuit.ts';
import { Episodes } from '../../../src/commands/upstream/episodes.ts';
import { probePause, runRecovery } from '../../../src/commands/upstream/recovery.ts';
import { outageStream } from '../../../src/domain/upstream/outage.ts';
import type { EventStore } from '../../../src/event-store/event-store.ts';
import { logParts, until, type LogParts } from '../../support/log-parts.ts';
import { startHarness, type Harness } from './harness.ts';

type LogStore = Pick<EventStore, 'append' | 'readLast' | 'head' | 'subscribe'>;
const RAMP_STEP_MS = 50;
const noticed: Noticed = { cause: 'failures', evidence: { code: 'X' }, calls: 12, failures: 10 };

describe('the episode that all processes share', () => {
  let harness: Harness;
  let parts: LogParts;
  let end: AbortController;
  let running: Promise<void>[];
  let setting: BreakerSetting;

  before(async () => (harness = await startHarness()));
  after(() => harness.stop());
  beforeEach(async () => {
    parts = await logParts();
    [end, running, setting] = [new AbortController(), [], 'auto'];
  });
  afterEach(async () => {
    end.abort();
    await Promise.all(running);
    await parts.close();
    harness.standin.calm();
    harness.standin.resetStats();
  });

  /** A process: its circuit, and its view of the log, which it follows. */
  function newProcess(store: LogStore = parts.store) {
    const now = (): number => performance.now();
    const circuit = new Circuit({
      setting: () => setting,
      rules: { rampStepMs: RAMP_STEP_MS },
      now,
      onNoticed: () => undefined,
    });
    const episodes = new Episodes({ store, circuit, execute: parts.execute, now: () => new Date() });
    running.push(episodes.run(end.signal));
    return { circuit, episodes };
  }
  /** The process that is elected to bring the upstream back. */
  function recover({ circuit, episodes }: ReturnType<typeof newProcess>, name = '강은호'): void {
    const { client } = harness;
    const times = { probeIntervalMs: 20, upstreamTotalMs: 1000, requestsPerDay: () => 20_000_000 };
    const probeName = () => Promise.resolve(name);
    const now = (): number => performance.now();
    running.push(runRecovery({ ...parts, ...times, circuit, episodes, client, probeName, now }, end.signal));
  }
  const becomes = (ask: () => boolean) =>
    until(
      () => Promise.resolve(ask()),
      (is) => is,
    );
  const log = async () =>
    (await parts.store.readStream(outageStream('nexon'))).map(({ type, data }) => ({ type, data }));
  const types = async () => (await log()).map((event) => event.type);

  it('begins once, whichever processes notice, and holds those that did not', async () => {
    const processes = [newProcess(), newProcess(), newProcess()];
    for (const { circuit, episodes } of processes.slice(0, 2)) {
      circuit.trip();
      episodes.noticed(noticed);
    }
    await becomes(() => processes.every(({ circuit, episodes }) => circuit.held() && episodes.open));
    expect(await log()).to.deep.equal([{ type: 'OutageStarted', data: { provider: 'nexon', ...noticed } }]);
  });

  it('is known to a process that starts in the middle of it', async () => {
    newProcess().episodes.noticed(noticed);
    await until(types, (events) => events.length === 1);
    const late = newProcess();
    await late.episodes.refresh();
    expect(late.circuit.held()).to.equal(true);
  });

  it('is written as soon as the log can be written again', async () => {
    let failures = 0;
    const store: LogStore = {
      head: () => parts.store.head(),
      readLast: (stream) => parts.store.readLast(stream),
      subscribe: (...options) => parts.store.subscribe(...options),
      append: (...events) => {
        failures += 1;
        return failures < 3 ? Promise.reject(new Error('no log')) : parts.store.append(...events);
      },
    };
    newProcess(store).episodes.noticed(noticed);
    await until(types, (events) => events.length === 1);
    expect(failures).to.equal(3);
  });

  it('ends for all when the elected process has been through probes and ramp', async () => {
    const [elected, other] = [newProcess(), newProcess()];
    harness.standin.set({ failure: 'OPENAPI00010' });
    other.circuit.trip();
    other.episodes.noticed(noticed);
    recover(elected);
    await becomes(() => harness.standin.stats().calls.id >= 3);
    expect([elected.circuit.held(), other.circuit.held()]).to.deep.equal([true, true]);
    harness.standin.calm();
    await becomes(() => !elected.circuit.held());
    const rampSeen = performance.now();
    await becomes(() => !other.circuit.held());
    // Four steps; the first may have begun a moment before it was seen.
    expect(performance.now() - rampSeen).to.be.greaterThan(3 * RAMP_STEP_MS);
    expect(await types()).to.deep.equal(['OutageStarted', 'OutageEnded']);
    expect(harness.standin.stats().mostOpen).to.equal(1);
  });

  it('takes "no such character" for the answer that it is', async () => {
    const elected = newProcess();
    elected.circuit.trip();
    elected.episodes.noticed(noticed);
    recover(elected, '없는사람');
    await until(types, (events) => events.includes('OutageEnded'));
  });

  it('lasts as long as an operator says, without a probe, and is over at once when one says so', async () => {
    setting = 'open';
    const elected = newProcess();
    recover(elected);
    await until(types, (events) => events.length === 1);
    expect((await log())[0]?.data).to.include({ cause: 'operator' });
    expect(elected.circuit.held()).to.equal(true);
    setting = 'closed';
    await until(types, (events) => events.length === 2);
    expect([elected.circuit.held(), harness.standin.stats().calls.id]).to.deep.equal([false, 0]);
  });

  it('goes through probes and ramp when an operator leaves it to the breaker again', async () => {
    setting = 'open';
    const elected = newProcess();
    recover(elected);
    await until(types, (events) => events.length === 1);
    setting = 'auto';
    await until(types, (events) => events.length === 2);
    expect(harness.standin.stats().calls.id).to.equal(3);
  });
});

describe('the pause between two probes', () => {
  const pauses = (requestsPerDay: number) => [0, 1, 2, 3, 100].map((bad) => probePause(bad, 10_000, requestsPerDay));

  it('grows while probes fail, until a day of them costs a fifth of the day', () => {
    expect(pauses(900)).to.deep.equal([10_000, 10_000, 15_000, 22_500, 480_000]);
    expect(86_400_000 / 480_000).to.equal(0.2 * 900);
  });

  it('stays the same where the budget allows it', () => {
    expect(pauses(20_000_000)).to.deep.equal([10_000, 10_000, 10_000, 10_000, 10_000]);
  });
});
