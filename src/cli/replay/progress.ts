import { stripVTControlCharacters, styleText } from 'node:util';
import type { RunView } from '../../commands/replay/coordinator.ts';

const BAR_WIDTH = 24;
const LINE_MS = 5000;
/** Of a terminal that does not tell how wide it is. */
const COLUMNS = 80;
const BETWEEN = ' · ';
const COLOURED = process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';

/** Seconds for people. */
export function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
}

/** Where progress is shown, as `process.stdout` is, and where hints are, as `process.stderr` is. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  readonly show: (view: RunView) => void;
  readonly end: () => void;
}

interface ProgressOptions {
  readonly json: boolean;
  /** What may be wrong, and how to find out, when no worker takes what is handed out. */
  readonly untakenHint: string;
}

/**
 * Shows a run as it goes: a bar on a terminal, else (or with `json`) a JSON line every 5 s. A hint is a line of its own
 * on `errors`, once, and stands in the JSON lines as long as it holds.
 */
export function createProgress(
  { json, untakenHint }: ProgressOptions,
  screen: Screen = process.stdout,
  errors: Screen = process.stderr,
): Progress {
  const bar = screen.isTTY === true && !json;
  const begun = { at: performance.now(), settled: -1 };
  let shown = -Infinity;
  let hinted = false;
  const hint = (untaken: boolean): void => {
    if (untaken && !hinted) errors.write(`${bar ? '\n' : ''}pve: ${untakenHint}\n`);
    hinted = untaken;
  };
  return {
    show(view) {
      hint(view.untaken);
      const settled = settledOf(view);
      if (begun.settled < 0) begun.settled = settled;
      const perSecond = (settled - begun.settled) / Math.max((performance.now() - begun.at) / 1000, 0.001);
      if (bar) screen.write(`\r\x1b[K${rowOf(factsOf(view, perSecond), partOf(view), screen.columns ?? COLUMNS)}`);
      else if (performance.now() - shown >= LINE_MS) {
        shown = performance.now();
        screen.write(`${JSON.stringify(lineOf(view, perSecond, untakenHint))}\n`);
      }
    },
    end() {
      if (bar) screen.write('\n');
    },
  };
}

function settledOf({ progress }: RunView): number {
  return progress.valued + progress.ignored + progress.parked;
}

function etaOf(view: RunView, perSecond: number): number | null {
  return perSecond > 0 ? Math.ceil((view.total - settledOf(view)) / perSecond) : null;
}

function lineOf(view: RunView, perSecond: number, untakenHint: string): object {
  const { progress, untaken, ...rest } = view;
  const rates = { perSecond: round(perSecond), etaSeconds: etaOf(view, perSecond) };
  return { ...rest, ...progress, ...rates, hint: untaken ? untakenHint : null };
}

function partOf(view: RunView): number {
  return view.total === 0 ? 1 : settledOf(view) / view.total;
}

/** What there is to say, the most important first. */
function factsOf(view: RunView, perSecond: number): readonly string[] {
  const { progress, total, status, underWay, outage } = view;
  const eta = etaOf(view, perSecond);
  const parked = `${progress.parked} parked`;
  return [
    `${Math.floor(partOf(view) * 100)} %`,
    ...(status === 'running' ? [] : [paint('yellow', status)]),
    ...(outage ? [paint('yellow', 'waiting for the game API')] : []),
    `${settledOf(view)}/${total}`,
    `${round(perSecond)}/s`,
    eta === null ? 'ETA –' : `ETA ${duration(eta)}`,
    `${progress.valued} valued, ${progress.ignored} ignored, ${progress.parked > 0 ? paint('red', parked) : parked}`,
    `${underWay} under way`,
  ];
}

/** One row of a terminal: what wraps could not be written over. The bar has the room that the facts leave. */
function rowOf(facts: readonly string[], part: number, columns: number): string {
  let text = '';
  // The last column stays empty: some terminals wrap as soon as it is written.
  let room = columns - 1;
  for (const fact of facts) {
    const next = text === '' ? fact : BETWEEN + fact;
    const width = stripVTControlCharacters(next).length;
    // The least of them is not worth the bar.
    const kept = fact === facts.at(-1) ? BAR_WIDTH + 1 : 0;
    if (width + kept > room) break;
    text += next;
    room -= width;
  }
  const width = Math.max(Math.min(BAR_WIDTH, room - 1), 0);
  const full = Math.round(part * width);
  return width === 0 ? text : `${paint('green', '█'.repeat(full))}${'░'.repeat(width - full)} ${text}`;
}

function paint(colour: 'green' | 'red' | 'yellow', text: string): string {
  return COLOURED ? styleText(colour, text) : text;
}

function round(perSecond: number): number {
  return Math.round(perSecond * 10) / 10;
}
