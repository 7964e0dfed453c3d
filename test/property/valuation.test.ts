import { expect } from 'chai';
import fc from 'fast-check';
import type { NormalisedEquipment, NormalisedItem, PotentialState } from '../../src/domain/character/equipment.ts';
import { defaultAssumptions } from '../../src/domain/valuation/assumptions.ts';
import { compactValuation } from '../../src/domain/valuation/compact.ts';
import { renderExpectation } from '../../src/domain/valuation/render.ts';
import { valuate } from '../../src/domain/valuation/valuate.ts';
import { boundedMemo } from '../../src/platform/bounded-memo.ts';
import { ruleSet } from '../domain/valuation/rule-sets.ts';

const CHARACTERS = 200;
const ITEMS_PER_CHARACTER = 50;

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const brokenNumber = oneOf(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0.5, 1e300, 2 ** 31);

/** Mostly `arbitrary`, now and then what no normaliser should let through. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>, broken: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: broken });

const line = oneOf<string | null>(
  ...['INT +12%', 'INT +9%', 'LUK +9%', '올스탯 +6%', '최대 HP +9%', '공격력 +12%', '마력 +9%', '마력 +11', 'INT +18'],
  ...['보스 몬스터 데미지 +30%', '몬스터 방어율 무시 +35%', '크리티컬 데미지 +8%', '스킬 재사용 대기시간 -2초'],
  ...['아이템 드롭률 +20%', '메소 획득량 +20%', '캐릭터 기준 9레벨 당 INT +2', '방어력 +120', '이동속도 +8'],
  ...[
    '피격 시 20% 확률로 200의 피해 무시',
    '<쓸만한 샤프 아이즈> 스킬 사용 가능',
    'null',
    '',
    'STR +',
    '+9999999%',
    null,
  ],
);

/** Drawn from a bank, so that the memo spares most of the work: what is tested is every way they can meet. */
const potentialBank = fc.record({
  grade: oneOf<PotentialState['grade']>('rare', 'epic', 'unique', 'legendary', null),
  sealed: mostly(fc.constant(false), fc.constant(true)),
  lines: fc.tuple(line, line, line),
});
const blank: PotentialState = { grade: null, sealed: false, lines: [null, null, null] };
const potential: fc.Arbitrary<PotentialState> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(blank) },
  { weight: 1, arbitrary: oneOf(...fc.sample(potentialBank, { numRuns: 150, seed: 1 })) },
);

const sums = fc.record(
  Object.fromEntries(
    ['str', 'dex', 'int', 'luk', 'maxHp', 'maxMp', 'attackPower', 'magicPower', 'armor', 'speed', 'jump'].map((key) => [
      key,
      mostly(oneOf(0, 0, 0, 0, 0, 0, 36, 77), brokenNumber),
    ]),
  ),
);

const item = fc.record({
  slot: mostly(
    oneOf('무기', '보조무기', '엠블렘', '모자', '상의', '장갑', '반지1', '펜던트2', '포켓 아이템', '훈장', '기계 심장'),
    fc.string(),
  ),
  part: oneOf('모자', '한벌옷', '방패', '포스실드', '스태프', ''),
  name: oneOf(
    '에테르넬 메이지햇',
    '제네시스 스태프',
    '타일런트 히아데스 클록',
    '슈페리얼 리튬 하트',
    '골든 클로버 벨트',
    '?',
  ),
  icon: fc.constant(''),
  level: mostly(oneOf(0, 80, 100, 140, 160, 200, 250), brokenNumber),
  stars: mostly(oneOf(0, 0, 0, 0, 12, 22), fc.oneof(brokenNumber, oneOf(29, 30, 31))),
  starScroll: mostly(fc.constant(false), fc.constant(true)),
  specialRingLevel: mostly(fc.constant(0), oneOf(4, Number.NaN)),
  potential,
  additionalPotential: potential,
  bonusOptions: sums.chain((base) =>
    fc.record({
      ...Object.fromEntries(Object.entries(base).map(([key, value]) => [key, fc.constant(value)])),
      ...Object.fromEntries(
        ['bossDamage', 'damage', 'allStat', 'levelDecrease'].map((key) => [key, mostly(oneOf(0, 0, 5), brokenNumber)]),
      ),
    }),
  ),
  baseAttackPower: mostly(oneOf(0, 171, 406), brokenNumber),
  baseMagicPower: mostly(oneOf(0, 171, 406), brokenNumber),
}) as unknown as fc.Arbitrary<NormalisedItem>;

const equipment: fc.Arbitrary<NormalisedEquipment> = fc.record({
  characterClass: mostly(oneOf('에반', '히어로', '제논', '데몬어벤져'), oneOf('', '초보자')),
  characterLevel: mostly(oneOf(200, 285), brokenNumber),
  activePreset: oneOf(1, 2, 3),
  items: fc.array(item, { minLength: ITEMS_PER_CHARACTER, maxLength: ITEMS_PER_CHARACTER }),
  presets: fc.constant([
    { preset: 1, items: Array.from({ length: 4 }, (_, index) => index) },
    { preset: 2, items: [] },
    { preset: 3, items: Array.from({ length: 2 }, (_, index) => 2 * index) },
  ] as const),
});

/** Fails on any number that is not finite, and on a `valued` cost that is not positive. */
function assertHonest(value: unknown, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) expect.fail(`${path} is ${value}`);
  if (typeof value !== 'object' || value === null) return;
  const { status, cost, reason } = value as { status?: unknown; cost?: { mean: number; p10: number }; reason?: string };
  if (status === 'valued' && !(cost !== undefined && cost.mean > 0 && cost.p10 >= 0))
    expect.fail(`${path} costs nothing`);
  if (status === 'unsupported' && !reason) expect.fail(`${path} has no reason`);
  for (const [key, child] of Object.entries(value)) assertHonest(child, `${path}.${key}`);
}

describe('valuation of malformed equipment', () => {
  it(`is honest for ${CHARACTERS} characters of ${ITEMS_PER_CHARACTER} items: no NaN, no Infinity, no silent zero`, function () {
    this.timeout(180_000);
    const rules = ruleSet();
    const memo = boundedMemo(50_000);
    const seen = { valued: 0, none: 0, unsupported: 0 };
    const character = { ocid: 'o', name: 'n', world: 'w', class: 'c', level: 1 };
    for (const worn of fc.sample(equipment, { numRuns: CHARACTERS, seed: 20260319 })) {
      const valuation = valuate(worn, rules, defaultAssumptions, memo);
      assertHonest(valuation, 'valuation');
      for (const { components, total } of valuation.items) {
        const statuses = Object.values(components).map((component) => component.status);
        for (const status of statuses) seen[status]++;
        if (total.cost === null) expect(statuses).to.include('unsupported').and.not.include('valued');
        else if (total.cost.mean === 0) expect(statuses.every((status) => status === 'none')).to.equal(true);
        expect(total.unsupported).to.equal(statuses.filter((status) => status === 'unsupported').length);
      }
      const inputs = { character, equipment: worn, valuation: compactValuation(valuation), fingerprint: 'f' };
      assertHonest(renderExpectation({ ...inputs, asOf: '', freshness: 'fresh' }), 'answer');
    }
    // The generator must reach every way a component can end.
    expect(seen.valued).to.be.greaterThan(1500);
    expect(seen.none).to.be.greaterThan(1000);
    expect(seen.unsupported).to.be.greaterThan(5000);
    expect(seen.valued + seen.none + seen.unsupported).to.equal(4 * CHARACTERS * ITEMS_PER_CHARACTER);
  });
});
