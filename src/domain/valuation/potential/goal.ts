import type { Attribute, Line } from '../lines/parse-line.ts';
import type { Job, Stat } from '../jobs.ts';
import type { PoolOption } from './rules.ts';

const stats = ['STR', 'DEX', 'INT', 'LUK'] as const satisfies readonly Stat[];

/**
 * What a goal can ask for, each in its own unit: percent (`STR` and the like count all-stat in), points (`_FLAT`, all-stat
 * counted in), points per nine levels (`_LV9`), seconds (`COOL`), points of the stat score (`S`).
 */
export const goalKeys = [
  'S',
  ...stats,
  ...(['STR_LV9', 'DEX_LV9', 'INT_LV9', 'LUK_LV9', 'STR_FLAT', 'DEX_FLAT', 'INT_FLAT', 'LUK_FLAT'] as const),
  ...(['ATT_FLAT', 'MATT_FLAT', 'HP', 'HP_FLAT', 'ALL'] as const),
  ...(['ATT', 'MATT', 'BOSS', 'IED', 'DAMAGE', 'CD', 'COOL', 'DROP', 'MESO'] as const),
] as const;
type SimpleKey = (typeof goalKeys)[number];

/** `<KEY>_lines`: a number of lines that give the key at all. `line:<text>`: a number of lines that read exactly so. */
export type GoalKey = SimpleKey | `${SimpleKey}_lines` | `line:${string}`;

/** The least that every key must reach. */
export type Goal = Readonly<Partial<Record<GoalKey, number>>>;

/** Who wears the item: decides what raises the main stat. */
export interface Wearer {
  readonly job: Job;
  readonly characterLevel: number;
}

type Weights = Readonly<Partial<Record<Attribute, number>>>;

const plainWeights: Readonly<Record<Exclude<SimpleKey, 'S'>, Weights>> = {
  ...(Object.fromEntries(
    stats.flatMap((stat) => [
      [stat, { [`${stat}_PERCENT`]: 1, ALL_PERCENT: 1 }],
      [`${stat}_FLAT`, { [`${stat}_FLAT`]: 1, ALL_FLAT: 1 }],
      [`${stat}_LV9`, { [`${stat}_LV9`]: 1 }],
    ]),
  ) as Record<Stat | `${Stat}_FLAT` | `${Stat}_LV9`, Weights>),
  ATT: { ATT_PERCENT: 1 },
  MATT: { MATT_PERCENT: 1 },
  ATT_FLAT: { ATT_FLAT: 1 },
  MATT_FLAT: { MATT_FLAT: 1 },
  HP: { HP_PERCENT: 1 },
  HP_FLAT: { HP_FLAT: 1 },
  ALL: { ALL_PERCENT: 1 },
  ...{ BOSS: { BOSS: 1 }, IED: { IED: 1 }, DAMAGE: { DAMAGE: 1 }, CD: { CD: 1 } },
  ...{ COOL: { COOL: 1 }, DROP: { DROP: 1 }, MESO: { MESO: 1 } },
};

/** How often a line that counts per nine levels counts. */
export function linesPerNineLevels(characterLevel: number): number {
  return Math.floor(characterLevel / 9);
}

/**
 * The stat score S: 10 per percent of a main stat, 1 per point, ⌊level/9⌋ per point of nine levels, 4 per point of the
 * attack the class uses; all-stat counts once for every main stat. Demon Avenger lives on HP: 10 per percent, 1/175 per
 * point.
 */
function scoreWeights({ job, characterLevel }: Wearer): Weights {
  const attack = { [`${job.attack}_FLAT`]: 4 };
  if (job.special === 'demon-avenger') return { HP_PERCENT: 10, HP_FLAT: 1 / 175, ...attack };
  const perStat = job.main.flatMap((stat): [Attribute, number][] => [
    [`${stat}_PERCENT`, 10],
    [`${stat}_FLAT`, 1],
    [`${stat}_LV9`, linesPerNineLevels(characterLevel)],
  ]);
  return { ...Object.fromEntries(perStat), ALL_PERCENT: 10 * job.main.length, ALL_FLAT: job.main.length, ...attack };
}

/** Whether `/estimates` and its kin may use the key. */
export function isGoalKey(key: string): key is GoalKey {
  if (key.startsWith('line:')) return true;
  const simple = key.endsWith('_lines') ? key.slice(0, -'_lines'.length) : key;
  return goalKeys.some((known) => known === simple);
}

/** What one option adds to a key, ≥ 0. */
export type Contribution = (option: Pick<PoolOption, 'text' | 'line'>) => number;

/** How options add to a key; `undefined` for `S` without a wearer: the score is a matter of the class. */
export function contributionTo(key: GoalKey, wearer: Wearer | undefined): Contribution | undefined {
  if (key.startsWith('line:')) return ({ text }) => (key === `line:${text}` ? 1 : 0);
  const counted = key.endsWith('_lines');
  const simple = (counted ? key.slice(0, -'_lines'.length) : key) as SimpleKey;
  const weights = simple === 'S' ? wearer && scoreWeights(wearer) : plainWeights[simple];
  if (weights === undefined) return undefined;
  if (counted) return ({ line }) => (weigh(line, weights) > 0 ? 1 : 0);
  return ({ line }) => weigh(line, weights);
}

function weigh(line: Line | { readonly kind: 'merged' }, weights: Weights): number {
  return line.kind === 'attribute' ? line.value * (weights[line.attribute] ?? 0) : 0;
}
