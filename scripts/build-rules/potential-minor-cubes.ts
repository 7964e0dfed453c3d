import { mergedFiller } from '../../src/domain/valuation/potential/rules.ts';
import { cell, checkedPool, groupRows, poolOfDecimals, type Pool, type Row } from './potential-csv.ts';
import { poolKey, type PoolTable } from './potential-pools.ts';

const statsKo: Readonly<Record<string, string>> = {
  ...{
    STR: 'STR',
    DEX: 'DEX',
    INT: 'INT',
    LUK: 'LUK',
    'All Stats': '올스탯',
    'Max HP': '최대 HP',
    'Max MP': '최대 MP',
  },
  ...{ ATT: '공격력', MATT: '마력', Damage: '데미지', Defense: '방어력', 'Critical Chance': '크리티컬 확률' },
  ...{ 'Ignore Enemy Defense': '몬스터 방어율 무시' },
};

const skillsKo: Readonly<Record<string, string>> = {
  ...{ 'Mystic Door': '미스틱 도어', Haste: '헤이스트', 'Hyper Body': '하이퍼 바디', 'Sharp Eyes': '샤프 아이즈' },
};

/** The Korean text of an option of the English tables, as the game displays it. */
export function koreanText(option: string, value: string): string {
  if (option === 'Junk') return mergedFiller;
  const [, name = '', unit = ''] = /^(.*) (%|Flat)$/u.exec(option) ?? [];
  const stat = statsKo[name];
  if (stat !== undefined) return `${stat} +${value}${unit === '%' ? '%' : ''}`;
  const numbers = value.match(/\d+/gu) ?? [];
  const [first = '', second = ''] = numbers;
  if (option === 'Boss Damage') return `보스 몬스터 데미지 +${value}%`;
  if (option === 'Chance to auto steal %') return `공격 시 ${value}% 확률로 오토스틸`;
  if (option === 'Decent Skill') return `<쓸만한 ${known(skillsKo, value.replace('Decent ', ''))}> 스킬 사용 가능`;
  if (option === 'Increase invincibility time after being hit') return `피격 후 무적시간 +${value}초`;
  if (option === 'Chance of being invincible for seconds when hit')
    return `피격 시 ${first}% 확률로 ${second}초간 무적`;
  if (option === 'Chance to ignore % damage when hit') return `피격 시 ${first}% 확률로 데미지의 ${second}% 무시`;
  if (option === 'Chance to ignore flat damage when hit') return `피격 시 ${first}% 확률로 ${second}의 데미지 무시`;
  throw new Error(`no Korean text for ${option} ${value}`);
}

function known(table: Readonly<Record<string, string>>, name: string): string {
  const found = table[name];
  if (found === undefined) throw new Error(`no Korean name for ${name}`);
  return found;
}

/**
 * Pools of the minor cubes (level 120–200) from the English line tables: line 1 of each item grade is that grade's pool;
 * below the lowest item grade, line 2 without its own share. The tables merge lines that nobody wants into one "Junk".
 */
export function minorCubePools(
  rows: readonly Row[],
  cube: string,
  lowest: { item: string; below: string; rate: number },
): PoolTable {
  const table: PoolTable = new Map();
  const own = rows.filter((row) => row.cube === cube);
  for (const [key, group] of groupRows(own, (row) => `${cell(row, 'slot')}|${cell(row, 'item_grade')}`)) {
    const [slot = '', grade = ''] = key.split('|');
    const pool = englishPool(lineOf(group, '1'));
    table.set(poolKey('120-200', slot, grade), pool);
    if (grade === lowest.item) table.set(poolKey('120-200', slot, lowest.below), lowerPool(group, lowest.rate));
  }
  return table;
}

type Share = readonly [text: string, probability: number];

function lineOf(rows: readonly Row[], line: string): Share[] {
  return rows
    .filter((row) => row.line === line)
    .map((row) => [
      koreanText(cell(row, 'option'), cell(row, 'value').replace(/^Junk /u, '')),
      Number(cell(row, 'probability_percent')) / 100,
    ]);
}

function lowerPool(rows: readonly Row[], rate: number): Pool {
  const own = new Map(lineOf(rows, '1'));
  const mixed = new Map<string, number>();
  for (const [text, p] of lineOf(rows, '2')) mixed.set(text, (mixed.get(text) ?? 0) + p);
  const lower = [...mixed].map(([text, p]): Share => [text, (p - rate * (own.get(text) ?? 0)) / (1 - rate)]);
  return englishPool(lower.filter(([, p]) => p > 1e-4));
}

function englishPool(shares: readonly Share[]): Pool {
  const pool = poolOfDecimals(shares, 4e-6);
  if (pool === undefined) throw new Error(`not small fractions: ${JSON.stringify(shares)}`);
  return checkedPool(pool.denominator, Object.entries(pool.weights));
}
