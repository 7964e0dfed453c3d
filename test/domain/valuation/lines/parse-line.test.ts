import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseLine } from '../../../../src/domain/valuation/lines/parse-line.ts';
import { sharedData, skipLoudly } from '../../../support/shared-data.ts';

/** One text of each valued form, with what it must read as. */
const valued: readonly (readonly [text: string, attribute: string, value: number])[] = [
  ['STR +12%', 'STR_PERCENT', 12],
  ['DEX +9', 'DEX_FLAT', 9],
  ['캐릭터 기준 9레벨 당 INT +2', 'INT_LV9', 2],
  ['올스탯 +7%', 'ALL_PERCENT', 7],
  ['올스탯 +5', 'ALL_FLAT', 5],
  ['최대 HP +12%', 'HP_PERCENT', 12],
  ['최대 HP +315', 'HP_FLAT', 315],
  ['최대 MP +9%', 'MP_PERCENT', 9],
  ['최대 MP +120', 'MP_FLAT', 120],
  ['공격력 +12%', 'ATT_PERCENT', 12],
  ['공격력 +32', 'ATT_FLAT', 32],
  ['마력 +13%', 'MATT_PERCENT', 13],
  ['마력 +17', 'MATT_FLAT', 17],
  ['보스 몬스터 데미지 +40%', 'BOSS', 40],
  ['몬스터 방어율 무시 +35%', 'IED', 35],
  ['데미지 +12%', 'DAMAGE', 12],
  ['크리티컬 확률 +12%', 'CRIT_RATE', 12],
  ['크리티컬 데미지 +8%', 'CD', 8],
  ['스킬 재사용 대기시간 -2초', 'COOL', 2],
  ['아이템 드롭률 +20%', 'DROP', 20],
  ['메소 획득량 +20%', 'MESO', 20],
];

const filler: readonly (readonly [text: string, name: string])[] = [
  ['방어력 +120', 'defense'],
  ['방어력 +6%', 'defense'],
  ['이동속도 +8', 'speed'],
  ['점프력 +8', 'jump'],
  ['HP 회복 아이템 및 회복 스킬 효율 +30%', 'recovery'],
  ['모든 스킬의 MP 소모 -15%', 'mp-cost'],
  ['피격 후 무적시간 +3초', 'invincibility-after-hit'],
  ['피격 시 10% 확률로 데미지의 40% 무시', 'on-hit-ignore'],
  ['피격 시 4% 확률로 7초간 무적', 'on-hit-invincible'],
  ['피격 시 20% 확률로 25의 데미지 무시', 'on-hit'],
  ['30% 확률로 받은 피해의 70%를 반사', 'reflect'],
  ['공격 시 20% 확률로 200의 HP 회복', 'on-attack'],
  ['공격 시 7% 확률로 오토스틸', 'on-attack'],
  ['몬스터 처치 시 15% 확률로 95의 MP 회복', 'on-kill'],
  ['<쓸만한 샤프 아이즈> 스킬 사용 가능', 'decent-skill'],
];

describe('parseLine', () => {
  for (const [text, attribute, value] of valued)
    it(`reads "${text}"`, () => expect(parseLine(text)).to.deep.equal({ kind: 'attribute', attribute, value }));

  for (const [text, name] of filler)
    it(`names "${text}" as filler`, () => expect(parseLine(text)).to.deep.equal({ kind: 'filler', filler: name }));

  for (const text of [
    '',
    'null',
    'STR +12% ',
    ' STR +12%',
    'STR +12%\n',
    'STR +%',
    'STR +1.5%',
    'STR -12%',
    'STR +-12%',
    'STR +１２%',
    'STR : +12%',
    'str +12%',
    '특수 STR +12%',
    'STR +12% INT +12%',
    'STR +12345678901234567890',
    '캐릭터 기준 10레벨 당 STR +1',
    '스킬 재사용 대기시간 +2초',
    '<쓸만한 > 스킬 사용 가능',
    '레전드리 옵션',
  ])
    it(`does not know ${JSON.stringify(text)}`, () => expect(parseLine(text)).to.deep.equal({ kind: 'unknown', text }));
});

describe('what the earlier engine got wrong: lines', () => {
  it('boss line wording: both wordings are boss damage, not damage', () => {
    expect(parseLine('보스 몬스터 데미지 +30%')).to.deep.equal({ kind: 'attribute', attribute: 'BOSS', value: 30 });
    expect(parseLine('보스 몬스터 공격 시 데미지 +30%')).to.deep.equal({
      kind: 'attribute',
      attribute: 'BOSS',
      value: 30,
    });
  });

  it('digits glued: numbers of one text stay apart', () => {
    expect(parseLine('공격 시 20% 확률로 200의 HP 회복')).to.deep.equal({ kind: 'filler', filler: 'on-attack' });
    expect(parseLine('캐릭터 기준 9레벨 당 STR +2')).to.deep.equal({
      kind: 'attribute',
      attribute: 'STR_LV9',
      value: 2,
    });
  });

  it('flat and percent in one unit: they are different attributes', () => {
    expect(parseLine('INT +13')).to.deep.equal({ kind: 'attribute', attribute: 'INT_FLAT', value: 13 });
    expect(parseLine('INT +13%')).to.deep.equal({ kind: 'attribute', attribute: 'INT_PERCENT', value: 13 });
  });
});

describe('the corpus of option texts', () => {
  const tables = [
    'potential_pools_legendary_unique.csv',
    'potential_main_pools_all_grades.csv',
    'potential_additional_pools_below_unique.csv',
    'potential_legendary_lines_official.csv',
  ];

  for (const table of tables)
    it(`knows every text of ${table}`, function () {
      const path = sharedData(`reference/tables/${table}`);
      if (path === undefined) skipLoudly(this, `${table} is not there`);
      const texts = optionTexts(readFileSync(path, 'utf8'));
      expect(texts.length).to.be.greaterThan(30);
      expect(texts.filter((text) => parseLine(text).kind === 'unknown')).to.deep.equal([]);
    });

  it('knows every line of the sample payload', function () {
    const path = sharedData('upstream-samples/evan_equip.json');
    if (path === undefined) skipLoudly(this, 'the sample payload is not there');
    const texts = new Set<string>();
    JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) => {
      if (/potential_option_[123]$/u.test(key) && typeof value === 'string') texts.add(value);
      return value;
    });
    expect(texts.size).to.be.greaterThan(30);
    expect([...texts].filter((text) => parseLine(text).kind === 'unknown')).to.deep.equal([]);
  });
});

/** The column `option_ko` of a table. No option text holds a comma, and quoted cells come after it. */
function optionTexts(csv: string): string[] {
  const [head = '', ...rows] = csv.trim().split(/\r?\n/u);
  const column = head.split(',').indexOf('option_ko');
  return [...new Set(rows.map((row) => (row.match(/"[^"]*"|[^,]+/gu) ?? [])[column] ?? ''))];
}
