import type { Stat } from '../jobs.ts';

/** What a line gives, in one unit each: percent and flat points are different attributes and never added up. */
export type Attribute =
  | `${Stat | 'ALL' | 'HP' | 'MP'}_${'PERCENT' | 'FLAT'}`
  | `${Stat}_LV9`
  | `${'ATT' | 'MATT'}_${'PERCENT' | 'FLAT'}`
  | 'BOSS'
  | 'IED'
  | 'DAMAGE'
  | 'CRIT_RATE'
  | 'CD'
  | 'COOL'
  | 'DROP'
  | 'MESO';

/** Lines that exist in the game and that no requirement asks for. Some have a cap per item, so they keep their names. */
export type Filler =
  | 'defense'
  | 'speed'
  | 'jump'
  | 'recovery'
  | 'mp-cost'
  | 'invincibility-after-hit'
  | 'on-hit-ignore'
  | 'on-hit-invincible'
  | 'on-hit'
  | 'reflect'
  | 'on-attack'
  | 'on-kill'
  | 'decent-skill';

/** A potential line, read. `value` is in the attribute's unit: percent, points, seconds, or points per nine levels. */
export type Line =
  | { readonly kind: 'attribute'; readonly attribute: Attribute; readonly value: number }
  | { readonly kind: 'filler'; readonly filler: Filler }
  | { readonly kind: 'unknown'; readonly text: string };

/** `n` stands for one group of digits: no attribute line has two, so digits of different numbers cannot run together. */
const attributes: readonly (readonly [pattern: string, Attribute])[] = [
  ...(['STR', 'DEX', 'INT', 'LUK'] as const).flatMap((stat): [string, Attribute][] => [
    [`${stat} \\+n%`, `${stat}_PERCENT`],
    [`${stat} \\+n`, `${stat}_FLAT`],
    [`캐릭터 기준 9레벨 당 ${stat} \\+n`, `${stat}_LV9`],
  ]),
  ['올스탯 \\+n%', 'ALL_PERCENT'],
  ['올스탯 \\+n', 'ALL_FLAT'],
  ['최대 HP \\+n%', 'HP_PERCENT'],
  ['최대 HP \\+n', 'HP_FLAT'],
  ['최대 MP \\+n%', 'MP_PERCENT'],
  ['최대 MP \\+n', 'MP_FLAT'],
  ['공격력 \\+n%', 'ATT_PERCENT'],
  ['공격력 \\+n', 'ATT_FLAT'],
  ['마력 \\+n%', 'MATT_PERCENT'],
  ['마력 \\+n', 'MATT_FLAT'],
  ['보스 몬스터 데미지 \\+n%', 'BOSS'],
  ['보스 몬스터 공격 시 데미지 \\+n%', 'BOSS'],
  ['몬스터 방어율 무시 \\+n%', 'IED'],
  ['데미지 \\+n%', 'DAMAGE'],
  ['크리티컬 확률 \\+n%', 'CRIT_RATE'],
  ['크리티컬 데미지 \\+n%', 'CD'],
  ['스킬 재사용 대기시간 -n초', 'COOL'],
  ['아이템 드롭률 \\+n%', 'DROP'],
  ['메소 획득량 \\+n%', 'MESO'],
];

/** The first that fits names the line: the special forms of `피격 시` stand before the general one. */
const fillers: readonly (readonly [pattern: string, Filler])[] = [
  ['방어력 \\+n%?', 'defense'],
  ['이동속도 \\+n', 'speed'],
  ['점프력 \\+n', 'jump'],
  ['HP 회복 아이템 및 회복 스킬 효율 \\+n%', 'recovery'],
  ['모든 스킬의 MP 소모 -n%', 'mp-cost'],
  ['피격 후 무적시간 \\+n초', 'invincibility-after-hit'],
  ['피격 시 n% 확률로 데미지의 n% 무시', 'on-hit-ignore'],
  ['피격 시 n% 확률로 n초간 무적', 'on-hit-invincible'],
  ['피격 시 n% 확률로 .+', 'on-hit'],
  ['n% 확률로 받은 피해의 n%를 반사', 'reflect'],
  ['공격 시 n% 확률로 .+', 'on-attack'],
  ['몬스터 처치 시 n% 확률로 .+', 'on-kill'],
  ['<쓸만한 .+> 스킬 사용 가능', 'decent-skill'],
];

function anchored(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('n', '([0-9]{1,6})')}$`, 'u');
}

const attributePatterns = attributes.map(([pattern, attribute]) => ({ pattern: anchored(pattern), attribute }));
const fillerPatterns = fillers.map(([pattern, filler]) => ({ pattern: anchored(pattern), filler }));

/**
 * Reads one potential line, byte for byte as the game API displays it. Every pattern covers the whole text; whatever
 * fits none is `unknown`, so that a new wording leaves its component unsupported instead of wrong.
 */
export function parseLine(text: string): Line {
  for (const { pattern, attribute } of attributePatterns) {
    const digits = pattern.exec(text)?.[1];
    if (digits !== undefined) return { kind: 'attribute', attribute, value: Number(digits) };
  }
  const filler = fillerPatterns.find(({ pattern }) => pattern.test(text))?.filler;
  return filler === undefined ? { kind: 'unknown', text } : { kind: 'filler', filler };
}
