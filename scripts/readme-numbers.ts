/** Writes the README's numbers from evidence/*.json: `npm run numbers`. Nothing else may put a number there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- numbers:begin (npm run numbers) -->';
const END = '<!-- numbers:end -->';

interface Measured {
  readonly commit: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

interface StartEvidence extends Measured {
  readonly runs: readonly {
    readonly user: string;
    readonly installSeconds: number;
    readonly secondsToAddress: number;
    readonly secondsToFirstAnswer: number;
    readonly secondStartSecondsToAnswer: number;
  }[];
}

interface EngineEvidence extends Measured {
  /** Milliseconds; `met` is judged by processor time. */
  readonly rows: readonly {
    readonly what: string;
    readonly targetMs: number;
    readonly cpu: number;
    readonly met: boolean;
  }[];
}

function evidence(name: string): unknown {
  const file = `evidence/${name}.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function origin({ machine, commit }: Measured, command: string): string {
  return `\`${command}\` on ${machine.cores} cores of ${machine.cpu}, Node.js ${machine.node}, commit ${commit}:`;
}

function startTable(start: StartEvidence): string[] {
  const rows = start.runs.map(
    (run) =>
      `| ${run.user} | ${run.installSeconds} s | ${run.secondsToAddress} s | ${run.secondsToFirstAnswer} s | ${run.secondStartSecondsToAnswer} s |`,
  );
  return [
    origin(start, 'npm run bench:start'),
    '',
    '| clean clone, as | `npm ci` | `npm start` to address | to first valuation | second start to answer |',
    '|---|---|---|---|---|',
    ...rows,
  ];
}

function engineTable(engine: EngineEvidence): string[] {
  return [
    origin(engine, 'npm run bench:engine'),
    '',
    '| valuation engine, processor time | target | measured | |',
    '|---|---|---|---|',
    ...engine.rows.map(
      (row) => `| ${row.what} | ${row.targetMs} ms | ${row.cpu} ms | ${row.met ? 'met' : '**missed**'} |`,
    ),
  ];
}

/** The README with its numbers as the evidence has them. */
export function withNumbers(readme: string): string {
  const start = evidence('start') as StartEvidence | undefined;
  const engine = evidence('engine') as EngineEvidence | undefined;
  const tables = [start && startTable(start), engine && engineTable(engine)].filter((table) => table !== undefined);
  const block = tables.length === 0 ? [] : ['## Numbers', '', ...tables.flatMap((table) => [...table, ''])];
  const [before = '', rest = ''] = readme.split(BEGIN);
  return [before + BEGIN, '', ...block, END + (rest.split(END)[1] ?? '')].join('\n');
}

if (process.argv[1]?.endsWith('readme-numbers.ts') === true) {
  writeFileSync('README.md', withNumbers(readFileSync('README.md', 'utf8')));
}
