import type { Grade, PotentialState } from '../../character/equipment.ts';
import type { None, Unsupported } from '../component.ts';
import { none, unsupported } from '../component.ts';
import { type Line, parseLine } from '../lines/parse-line.ts';
import type { PoolSlot } from '../slots.ts';
import { contributionTo, type Goal, type GoalKey, type Wearer } from './goal.ts';

/** How a potential's present state reads: what a roll must reach to be at least as good, or why there is nothing to roll. */
export type Requirement =
  | { readonly status: 'required'; readonly grade: Grade; readonly goal: Goal; readonly lineCount: 2 | 3 }
  | None
  | Unsupported<never>;

export interface RequirementContext {
  readonly wearer: Wearer;
  readonly slot: PoolSlot;
  /** `strict` compares the parts of the stat score one by one. */
  readonly goal: 'as-is' | 'strict';
}

/** Here main-stat lines are filler as soon as a line multiplies damage. */
const weaponLike: readonly PoolSlot[] = ['weapon', 'secondary', 'forceShieldSoulRing', 'shield', 'emblem'];

/**
 * The least a roll must give to be at least as good as the present lines: their sum per key. Keys that no present line
 * gives are not asked for; lines that no key counts are filler, so the goal may be empty.
 */
export function requirementOf(state: PotentialState, context: RequirementContext): Requirement {
  const { sealed, grade, unknownGrade } = state;
  const texts = state.lines.filter((text) => text !== null);
  if (sealed) return unsupported('sealed');
  if (texts.length === 0) return none();
  if (grade === null) return unsupported(unknownGrade === undefined ? 'no-grade' : `unknown-grade: ${unknownGrade}`);
  if (state.lines[0] === null || state.lines[1] === null) return unsupported('missing-line');
  const lines = texts.map((text) => ({ text, line: parseLine(text) }));
  const known = lines.filter(isKnown);
  const unknown = lines.find((line) => !isKnown(line));
  if (unknown !== undefined) return unsupported(`unknown-line: ${unknown.text}`);
  return { status: 'required', grade, goal: goalOf(known, context), lineCount: texts.length === 2 ? 2 : 3 };
}

interface KnownLine {
  readonly text: string;
  readonly line: Exclude<Line, { kind: 'unknown' }>;
}

function isKnown(line: { readonly text: string; readonly line: Line }): line is KnownLine {
  return line.line.kind !== 'unknown';
}

function goalOf(lines: readonly KnownLine[], { wearer, slot, goal }: RequirementContext): Goal {
  const multipliers: GoalKey[] = [wearer.job.attack, 'BOSS', 'IED', 'DAMAGE'];
  const special = sums(lines, [...multipliers, 'CD', 'COOL', 'DROP', 'MESO'], wearer);
  if (weaponLike.includes(slot) && multipliers.some((key) => key in special)) return special;
  return { ...special, ...sums(lines, goal === 'strict' ? scoreParts(wearer) : ['S'], wearer) };
}

/** The keys that the stat score adds up, one by one. */
function scoreParts({ job }: Wearer): GoalKey[] {
  const attack: GoalKey = `${job.attack}_FLAT`;
  if (job.special === 'demon-avenger') return ['HP', 'HP_FLAT', attack];
  return [...job.main.flatMap((stat): GoalKey[] => [stat, `${stat}_LV9`, `${stat}_FLAT`]), attack];
}

/** What the lines give per key, without the keys they do not give. */
function sums(lines: readonly KnownLine[], keys: readonly GoalKey[], wearer: Wearer): Goal {
  const entries = keys.map((key) => {
    const contribution = contributionTo(key, wearer);
    return [key, lines.reduce((sum, line) => sum + (contribution?.(line) ?? 0), 0)] as const;
  });
  return Object.fromEntries(entries.filter(([, sum]) => sum > 0));
}
