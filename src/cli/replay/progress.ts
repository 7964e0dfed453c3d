import { styleText } from 'node:util';
import type { RunView } from '../../commands/replay/coordinator.ts';

const BAR_WIDTH = 24;
const LINE_MS = 5000;
const COLOURED = process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';

/** Seconds for people. */
export function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
}

/** Shows a run as it goes: a bar on a terminal, else (or with `json`) a JSON line every 5 s. */
export function createProgress({ json }: { json: boolean }): { show: (view: RunView) => void; end: () => void } {
  const bar = process.stdout.isTTY && !json;
  const begun = { at: performance.now(), settled: -1 };
  let shown = -Infinity;
  return {
    show(view) {
      const settled = settledOf(view);
      if (begun.settled < 0) begun.settled = settled;
      const perSecond = (settled - begun.settled) / Math.max((performance.now() - begun.at) / 1000, 0.001);
      if (bar) process.stdout.write(`\r\x1b[K${barOf(view, perSecond)}`);
      else if (performance.now() - shown >= LINE_MS) {
        shown = performance.now();
        process.stdout.write(`${JSON.stringify(lineOf(view, perSecond))}\n`);
      }
    },
    end() {
      if (bar) process.stdout.write('\n');
    },
  };
}

function settledOf({ progress }: RunView): number {
  return progress.valued + progress.ignored + progress.parked;
}

function etaOf(view: RunView, perSecond: number): number | null {
  return perSecond > 0 ? Math.ceil((view.total - settledOf(view)) / perSecond) : null;
}

function lineOf(view: RunView, perSecond: number): object {
  const { progress, ...rest } = view;
  return { ...rest, ...progress, perSecond: round(perSecond), etaSeconds: etaOf(view, perSecond) };
}

function barOf(view: RunView, perSecond: number): string {
  const { progress, total, status, underWay, outage } = view;
  const settled = settledOf(view);
  const part = total === 0 ? 1 : settled / total;
  const full = Math.round(part * BAR_WIDTH);
  const eta = etaOf(view, perSecond);
  const parked = `${progress.parked} parked`;
  return [
    `${paint('green', '█'.repeat(full))}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(part * 100)} %`,
    `${settled}/${total}`,
    `${round(perSecond)}/s`,
    eta === null ? 'ETA –' : `ETA ${duration(eta)}`,
    `${progress.valued} valued, ${progress.ignored} ignored, ${progress.parked > 0 ? paint('red', parked) : parked}`,
    `${underWay} under way`,
    ...(status === 'running' ? [] : [paint('yellow', status)]),
    ...(outage ? [paint('yellow', 'waiting for the game API')] : []),
  ].join(' · ');
}

function paint(colour: 'green' | 'red' | 'yellow', text: string): string {
  return COLOURED ? styleText(colour, text) : text;
}

function round(perSecond: number): number {
  return Math.round(perSecond * 10) / 10;
}
