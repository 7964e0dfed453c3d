import type { BonusOptionSums } from '../../character/equipment.ts';
import { isKnownBossItem } from '../special-items.ts';
import type { BonusOptionRules } from './rules.ts';
import { optionValue } from './values.ts';
import type { BonusOptionItem, OptionValue } from './values.ts';

/**
 * Whether an item rolls as a boss drop: by its name; else by asking which of the two sets of rules can make its present
 * sums. `undefined` when both or neither can: then nothing honest can be said about its odds.
 */
export function decideBossItem(
  name: string,
  sums: BonusOptionSums,
  item: Omit<BonusOptionItem, 'boss'>,
  rules: BonusOptionRules,
): boolean | undefined {
  if (isKnownBossItem(name)) return true;
  const asBoss = canBeMade(sums, { ...item, boss: true }, rules);
  const asNormal = canBeMade(sums, { ...item, boss: false }, rules);
  return asBoss === asNormal ? undefined : asBoss;
}

/** Whether some allowed number of different lines, each at some stage, adds up to exactly these sums. */
export function canBeMade(sums: BonusOptionSums, item: BonusOptionItem, rules: BonusOptionRules): boolean {
  const counts = (item.boss ? rules.lines.boss : rules.lines.normal).map((count) => count.value);
  const stages = possibleStages(rules, item.boss);
  const options = rules.options[item.kind].map((option) => stages.map((stage) => optionValue(option, stage, item)));
  const visible = options.filter((option) => option.some((line) => Object.values(line).some((value) => value > 0)));
  const invisible = options.length - visible.length;
  const allowed = (lines: number) => counts.some((count) => lines <= count && count <= lines + invisible);
  return explain(asLine(sums), visible, { lines: 0, most: Math.max(...counts), allowed });
}

/** Every stage that any source can give: drops reach the top stage too, so all stages up to the highest one. */
function possibleStages(rules: BonusOptionRules, boss: boolean): number[] {
  const highest = Math.max(...Object.values(rules.stages).flatMap((stages) => stages.map((stage) => stage.value)));
  const bonus = boss ? rules.bossStageBonus : 0;
  return Array.from({ length: highest }, (_, index) => index + 1 + bonus);
}

type Left = Required<OptionValue>;

/** The sums in the keys of a line, options of one key first. The size of a defence line is unknown: presence counts. */
function asLine(sums: BonusOptionSums): Left {
  return {
    HP: sums.maxHp,
    MP: sums.maxMp,
    ALL: sums.allStat,
    ATT: sums.attackPower,
    MATT: sums.magicPower,
    BOSS: sums.bossDamage,
    DAMAGE: sums.damage,
    LEVEL: sums.levelDecrease,
    DEF: sums.armor === 0 ? 0 : 1,
    SPEED: sums.speed,
    JUMP: sums.jump,
    STR: sums.str,
    DEX: sums.dex,
    INT: sums.int,
    LUK: sums.luk,
  };
}

interface Search {
  /** Lines taken so far. */
  readonly lines: number;
  readonly most: number;
  /** Whether an item may show this many lines. */
  readonly allowed: (lines: number) => boolean;
}

/** Depth-first by the first key still unexplained: one of the unused options that raise it must be there. */
function explain(left: Left, unused: readonly (readonly OptionValue[])[], search: Search): boolean {
  const open = (Object.keys(left) as (keyof Left)[]).filter((candidate) => left[candidate] !== 0);
  const [key] = open;
  if (key === undefined) return search.allowed(search.lines);
  // No line raises more than two keys.
  if (open.length > 2 * (search.most - search.lines)) return false;
  return unused.some((option) => {
    if (option[0]?.[key] === undefined) return false;
    const others = unused.filter((other) => other !== option);
    return option.some((line) => {
      const rest = subtract(left, line);
      return rest !== undefined && explain(rest, others, { ...search, lines: search.lines + 1 });
    });
  });
}

/** What is left after a line, or `undefined` when the line is larger than what is there. */
function subtract(left: Left, line: OptionValue): Left | undefined {
  const rest = { ...left };
  for (const key of Object.keys(line) as (keyof Left)[]) {
    rest[key] -= line[key] ?? 0;
    if (!(rest[key] >= 0)) return undefined;
  }
  return rest;
}
