/** Writes the numbers of README.md and docs/numbers.md from evidence/*.json: `npm run numbers`. Nothing else may. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { replayTable, type ReplayEvidence } from './readme-replay.ts';
import { storeTable, type StoreEvidence } from './readme-store.ts';
import { origin, ratio, tableRow, type Line, type Measured } from './readme-tables.ts';

const BEGIN = '<!-- numbers:begin (npm run numbers) -->';
const END = '<!-- numbers:end -->';

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

interface HitEvidence {
  readonly rounds: readonly { readonly cpuMicroseconds: number; readonly p99: number }[];
  readonly perSecond: number;
  readonly throughputCounts: boolean;
}

interface OpenLoopEvidence {
  readonly perSecond: number;
  readonly p99: number;
}

interface ReadEvidence extends Measured {
  readonly answers: { readonly origin: string; readonly identityBytes: number; readonly storedBytes: number };
  readonly results: {
    readonly hits?: Readonly<Record<'product' | 'bare node:http' | 'express', HitEvidence>>;
    readonly l2?: OpenLoopEvidence;
    readonly db?: OpenLoopEvidence;
    readonly crowd?: { readonly processes: number; readonly readers: number; readonly databaseLoads: number };
    readonly zipf?: OpenLoopEvidence & { readonly hitRatio: number };
    readonly overload?: OverloadEvidence;
    readonly 'overload-what-if'?: OverloadEvidence & { readonly repeated: number };
    readonly memory?: { readonly l1MiB: number; readonly residentMiB: number; readonly targetMiB: number };
    readonly invalidation?: { readonly changes: number; readonly p99: number };
  };
}

interface OverloadEvidence {
  readonly peak: { readonly perSecond: number };
  readonly goodputOfPeak: number;
  readonly answerMicroseconds: number;
  readonly refusalMicroseconds: number;
  readonly unloaded: { readonly p99: number };
  readonly overload: { readonly p99: number };
  readonly admittedP99OfUnloaded: number;
  readonly recoveredMs: number;
}

function hitLines(hits: NonNullable<ReadEvidence['results']['hits']>): Line[] {
  const { product, express } = hits;
  const bare = hits['bare node:http'];
  const ofBare = roundByRound(bare, product, 'cpuMicroseconds');
  const p99 = middle(roundByRound(product, bare, 'p99'));
  const ofExpress = middle(roundByRound(express, product, 'cpuMicroseconds'));
  const spread = `${ratio(Math.min(...ofBare))} to ${ratio(Math.max(...ofBare))} in ${ofBare.length} rounds`;
  const idle = [product, bare, express].some(({ throughputCounts }) => !throughputCounts);
  const rates = `${product.perSecond}, ${bare.perSecond}, ${express.perSecond} requests/s${idle ? ' (server not busy)' : ''}`;
  return [
    [
      `cached read by 100 connections, beside bare \`node:http\` (${spread})`,
      '≥ 0.90 ×',
      ratio(middle(ofBare)),
      middle(ofBare) >= 0.9,
    ],
    ['its p99 beside that', '≤ 1.3 ×', ratio(p99), p99 <= 1.3],
    [`beside plain Express (${rates})`, '≥ 4.5 ×', ratio(ofExpress), ofExpress >= 4.5],
  ];
}

/** Each round of the one beside its neighbour of the other: the machine is as fast for both. */
function roundByRound(one: HitEvidence, other: HitEvidence, of: 'cpuMicroseconds' | 'p99'): number[] {
  return one.rounds.map((round, index) => round[of] / (other.rounds[index]?.[of] ?? NaN));
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function readLines({ l2, db, crowd, zipf, memory, invalidation, ...others }: ReadEvidence['results']): Line[] {
  const { overload, 'overload-what-if': whatIf } = others;
  const lines: (Line | undefined)[] = [
    l2 && ['from Redis at 2,000 requests/s, p99', '< 20 ms', `${l2.p99} ms`, l2.p99 < 20],
    db && ['from PostgreSQL at 1,000 requests/s, p99', '< 50 ms', `${db.p99} ms`, db.p99 < 50],
    crowd && [
      `${crowd.readers} readers of one cold key, ${crowd.processes} processes: loads`,
      `≤ ${crowd.processes}`,
      String(crowd.databaseLoads),
      crowd.databaseLoads <= crowd.processes,
    ],
    zipf && [
      `10,000 characters by Zipf, memory for a tenth (${(100 * zipf.hitRatio).toFixed(0)} % hits, p99 ${zipf.p99} ms)`,
      '≥ 20,000/s',
      `${zipf.perSecond}/s`,
      zipf.perSecond >= 20_000,
    ],
    memory && [
      `memory with ${memory.l1MiB} MiB of answers`,
      `≤ ${memory.targetMiB} MiB`,
      `${memory.residentMiB} MiB`,
      memory.residentMiB <= memory.targetMiB,
    ],
    invalidation && [
      `from an event to the cached read that shows it, p99 of ${invalidation.changes}`,
      '< 500 ms',
      `${invalidation.p99} ms`,
      invalidation.p99 < 500,
    ],
  ];
  return [
    ...lines.filter((line) => line !== undefined),
    ...(overload ? overloadLines('reads of PostgreSQL', overload) : []),
    ...(whatIf ? overloadLines('what-if questions', whatIf) : []),
  ];
}

function overloadLines(what: string, overload: OverloadEvidence): Line[] {
  const { goodputOfPeak, admittedP99OfUnloaded, recoveredMs } = overload;
  const p99s = `${overload.overload.p99} ms, beside unloaded, ${overload.unloaded.p99}`;
  const costs = `a refusal costs ${overload.refusalMicroseconds} µs, an answer ${overload.answerMicroseconds}`;
  return [
    [
      `three times the capacity in ${what}: goodput of the peak, ${overload.peak.perSecond}/s (${costs})`,
      '≥ 0.90',
      String(goodputOfPeak),
      goodputOfPeak >= 0.9,
    ],
    [`its admitted p99, ${p99s}`, '≤ 2 ×', ratio(admittedP99OfUnloaded), admittedP99OfUnloaded <= 2],
    ['recovered after it', '< 10 s', `${recoveredMs} ms`, recoveredMs < 10_000],
  ];
}

function readTable(read: ReadEvidence): string[] {
  const { answers, results } = read;
  const lines = [...(results.hits ? hitLines(results.hits) : []), ...readLines(results)];
  const bytes = `${answers.identityBytes} bytes, ${answers.storedBytes} as stored`;
  // A part may be measured by itself.
  const parts = Object.values<object>(results) as readonly { readonly measured: Measured }[];
  const commits = new Set(parts.map(({ measured }) => measured.commit));
  return [
    origin({ ...read, commit: [...commits].join(', ') }, 'npm run bench:read'),
    '',
    `| reads; ratios by server processor time; the answer is ${answers.origin}: ${bytes} | target | measured | |`,
    '|---|---|---|---|',
    ...lines.map(tableRow),
  ];
}

/** Where numbers stand: the README has those that its readers ask for first. */
const FILES: Readonly<Record<string, readonly Topic[]>> = {
  'README.md': ['read', 'replay'],
  'docs/numbers.md': ['start', 'engine', 'read', 'store', 'replay'],
};

type Topic = 'start' | 'engine' | 'read' | 'store' | 'replay';

const TABLES: Readonly<Record<Topic, (evidence: never) => string[]>> = {
  start: (found: StartEvidence) => startTable(found),
  engine: (found: EngineEvidence) => engineTable(found),
  read: (found: ReadEvidence) => readTable(found),
  store: (found: StoreEvidence) => storeTable(found),
  replay: (found: ReplayEvidence) => replayTable(found),
};

/** The files that hold numbers. */
export const NUMBERED = Object.keys(FILES);

/** A file's text with its numbers as the evidence has them. */
export function withNumbers(file: string, text: string): string {
  const tables = (FILES[file] ?? []).flatMap((topic) => {
    const found = evidence(topic);
    return found === undefined ? [] : [...TABLES[topic](found as never), ''];
  });
  const [before = '', rest = ''] = text.split(BEGIN);
  return [before + BEGIN, '', ...tables, END + (rest.split(END)[1] ?? '')].join('\n');
}

if (process.argv[1]?.endsWith('readme-numbers.ts') === true) {
  for (const file of NUMBERED) writeFileSync(file, withNumbers(file, readFileSync(file, 'utf8')));
}
