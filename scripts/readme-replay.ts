import { origin, ratio, tableRow, type Line, type Measured } from './readme-tables.ts';

/** evidence/replay.json, as far as the README tells it. */
export interface ReplayEvidence extends Measured {
  /** Of the full size. */
  readonly share: number;
  readonly size: { readonly characters: number; readonly requests: number };
  readonly results: {
    readonly accepted: { readonly perSecond: number; readonly p99: number; readonly secondsBehindAtEnd: number };
    readonly drain: {
      readonly requestsPerSecond: number;
      readonly charactersPerSecond: number;
      readonly requestsPerCharacter: number;
      readonly kills: readonly { readonly resumedSeconds: number }[];
      readonly upstream: { readonly equipmentFetches: number; readonly mostAllowed: number };
      readonly residentMiB: Readonly<Record<string, number>>;
    };
    readonly reads: {
      readonly during: { readonly p99: number };
      readonly alone: { readonly p99: number };
      readonly ratio: number;
    };
    /** What was valued: different equipment, and different items in it. */
    readonly characters: { readonly fingerprints: number; readonly items: number };
    readonly reconciliation: { readonly seconds: number; readonly mismatch: number; readonly duplicates: number };
  };
}

/** Promised for the full size: a part of it has that part of the time. */
function reconciledLine(share: number, seconds: number): Line {
  const most = 30 * share;
  const target = `< ${most} s${share === 1 ? '' : ' (30 s at full size)'}`;
  return ['every request reconciled', target, `${seconds} s`, seconds < most];
}

function replayLines({ share, results }: ReplayEvidence): Line[] {
  const { accepted, drain, reads, reconciliation } = results;
  const { equipmentFetches, mostAllowed } = drain.upstream;
  const resumed = Math.max(...drain.kills.map(({ resumedSeconds }) => resumedSeconds));
  const resident = Math.max(...Object.values(drain.residentMiB));
  const took = `p99 ${accepted.p99} ms, read models ${accepted.secondsBehindAtEnd} s behind`;
  return [
    [
      `accepted over HTTP during the outage (${took})`,
      '≥ 3,500/s, p99 < 60 ms, ≤ 5 s',
      `${accepted.perSecond}/s`,
      accepted.perSecond >= 3500 && accepted.p99 < 60 && accepted.secondsBehindAtEnd <= 5,
    ],
    [
      `settled after it, ${drain.requestsPerCharacter} requests per character`,
      '≥ 8,000/s',
      `${drain.requestsPerSecond}/s`,
      drain.requestsPerSecond >= 8000,
    ],
    [
      'characters fetched, valued and projected',
      '≥ 80/s',
      `${drain.charactersPerSecond}/s`,
      drain.charactersPerSecond >= 80,
    ],
    [
      'equipment fetches; requests missing or settled twice',
      `≤ ${mostAllowed}; 0`,
      `${equipmentFetches}; ${reconciliation.mismatch + reconciliation.duplicates}`,
      equipmentFetches <= mostAllowed,
    ],
    reconciledLine(share, reconciliation.seconds),
    [`settling again after SIGKILL, worst of ${drain.kills.length}`, '< 5 s', `${resumed} s`, resumed < 5],
    ['memory of the largest process', '< 400 MB', `${resident} MiB`, resident * 1.048576 < 400],
    ['1,000 reads/s meanwhile, p99 beside alone', '≤ 2 ×', ratio(reads.ratio), reads.ratio <= 2],
  ];
}

export function replayTable(replay: ReplayEvidence): string[] {
  const { characters, requests } = replay.size;
  const { fingerprints, items } = replay.results.characters;
  const what = `${requests} requests of ${characters} characters (${fingerprints} fingerprints, ${items} items)`;
  return [
    origin(replay, `npm run bench:replay -- --${replay.share === 1 ? 'full' : `share ${replay.share}`}`),
    '',
    `| outage and recovery: ${what} | target | measured | |`,
    '|---|---|---|---|',
    ...replayLines(replay).map(tableRow),
  ];
}
