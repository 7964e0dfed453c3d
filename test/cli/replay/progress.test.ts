import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { createProgress } from '../../../src/cli/replay/progress.ts';
import type { RunView } from '../../../src/commands/replay/coordinator.ts';

const VIEW: RunView = {
  status: 'running',
  progress: { ranges: 60, handedOut: 12_000, valued: 10_000, ignored: 0, parked: 2 },
  total: 20_004,
  underWay: 400,
  rate: 1000,
  outage: false,
  untaken: false,
};

/** What is written to a terminal, or to a file, when a run is seen like this. */
function shown(view: Partial<RunView>, screen: { isTTY?: boolean; columns?: number }): string[] {
  const written: string[] = [];
  const progress = createProgress({ json: false, untakenHint: '' }, { ...screen, write: (text) => written.push(text) });
  progress.show({ ...VIEW, ...view });
  progress.end();
  return written;
}

describe('the progress of a replay', () => {
  const row = (view: Partial<RunView>, columns: number) => {
    const [text = ''] = shown(view, { isTTY: true, columns });
    return stripVTControlCharacters(text).replace('\r', '');
  };

  it('is a bar with rate, time left and outcomes, written over itself on a terminal', () => {
    const [text = '', end] = shown({}, { isTTY: true, columns: 200 });
    expect([text.startsWith('\r\x1b[K'), end]).to.deep.equal([true, '\n']);
    expect(row({}, 200)).to.equal(
      '████████████░░░░░░░░░░░░ 50 % · 10002/20004 · 0/s · ETA – · 10000 valued, 0 ignored, 2 parked · 400 under way',
    );
  });

  it('is one row however narrow the terminal: first the bar gives way, then what matters least', () => {
    expect(row({}, 80)).to.equal('█████░░░░░ 50 % · 10002/20004 · 0/s · ETA – · 10000 valued, 0 ignored, 2 parked');
    expect(row({ progress: { ...VIEW.progress, valued: 60 }, total: 62 }, 80)).to.equal(
      '██████████████████ 100 % · 62/62 · 0/s · ETA – · 60 valued, 0 ignored, 2 parked',
    );
    expect(row({ outage: true }, 60)).to.equal('50 % · waiting for the game API · 10002/20004 · 0/s · ETA –');
    for (let columns = 10; columns < 200; columns += 1)
      expect(row({ outage: true, status: 'paused' }, columns).length).to.be.lessThan(columns);
  });

  it('is a JSON line elsewhere', () => {
    const lines = shown({}, {});
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0] ?? '')).to.include({ status: 'running', valued: 10_000, underWay: 400, hint: null });
  });

  it('says once what may be wrong when nobody takes the jobs, again after somebody has, and in each JSON line', () => {
    for (const [isTTY, before] of [
      [true, '\n'],
      [false, ''],
    ] as const) {
      const written: string[] = [];
      const errors: string[] = [];
      const screen = { isTTY, write: (text: string) => written.push(text) };
      const options = { json: false, untakenHint: 'look there' };
      const { show } = createProgress(options, screen, { write: (text) => errors.push(text) });
      for (const untaken of [true, true, false, true]) show({ ...VIEW, untaken });
      expect(errors).to.deep.equal(Array(2).fill(`${before}pve: look there\n`));
      if (!isTTY) expect(JSON.parse(written[0] ?? '')).to.include({ hint: 'look there' });
    }
  });
});
