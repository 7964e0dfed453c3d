import { poolSlots } from '../../src/domain/valuation/slots.ts';
import { checkedPool, type Pool, type Row } from './potential-csv.ts';
import { bandNames, officialPools, poolKey, rebuiltPools, samePool, type PoolTable } from './potential-pools.ts';

const bucketsOfBand: Readonly<Record<string, readonly string[]>> = {
  '100-119': ['100', '110'],
  '120-200': ['120'],
  '201-250': ['250'],
};

/** Epic lines of armour and accessories without lines of their own. */
function commonEpicPool(percent: number, allStat: number): Pool {
  const sevenths = ['STR', 'DEX', 'INT', 'LUK', '최대 HP', '최대 MP'].map((name): [string, number] => [
    `${name} +${percent}%`,
    5,
  ]);
  return checkedPool(35, [...sevenths, [`방어력 +${percent}%`, 3], [`올스탯 +${allStat}%`, 2]]);
}
const commonEpicSlots = [
  'hat',
  'bottom',
  'shoes',
  'cape',
  'belt',
  'shoulder',
  'face',
  'eye',
  'earring',
  'ring',
  'pendant',
  'heart',
];

/**
 * Main pools of the meso reset (black, and red with other line rates): official for legendary and unique; rebuilt below,
 * with gaps closed by the common epic pool and by slots that prove to share their pools. `inferred` names what was closed.
 */
export function mainPools(official: readonly Row[], rebuilt: readonly Row[]): { pools: PoolTable; inferred: string[] } {
  const pools = officialPools(official, 'main');
  const inferred: string[] = [];
  const buckets = rebuiltPools(rebuilt);
  checkAgainstOfficial(buckets, pools);
  for (const band of bandNames)
    for (const grade of ['epic', 'rare', 'normal'])
      for (const slot of poolSlots) {
        if (!pools.has(poolKey(band, slot, 'legendary'))) continue;
        const found = bucketsOfBand[band]?.map((bucket) => buckets.get(bucket)?.get(`${slot}/${grade}`)).find(Boolean);
        const closed = found ?? closeGap(buckets, band, slot, grade);
        if (found === undefined && closed !== undefined) inferred.push(poolKey(band, slot, grade));
        if (closed !== undefined) pools.set(poolKey(band, slot, grade), closed);
      }
  return { pools, inferred };
}

/** The rebuilt table is trusted because its upper grades equal the official ones wherever both speak of one band. */
function checkAgainstOfficial(buckets: Map<string, PoolTable>, official: PoolTable): void {
  for (const [bucket, band] of [
    ['100', '100-119'],
    ['120', '120-200'],
    ['250', '201-250'],
  ] as const)
    for (const [key, pool] of buckets.get(bucket) ?? []) {
      const known = official.get(`${band}/${key}`);
      if (known !== undefined && !samePool(known, pool))
        throw new Error(`${band}/${key}: rebuilt and official pools differ`);
    }
}

function closeGap(buckets: Map<string, PoolTable>, band: string, slot: string, grade: string): Pool | undefined {
  if (grade === 'epic' && commonEpicSlots.includes(slot))
    return band === '201-250' ? commonEpicPool(7, 4) : commonEpicPool(6, 3);
  for (const bucket of bucketsOfBand[band] ?? [])
    for (const other of poolSlots) {
      const pool = buckets.get(bucket)?.get(`${other}/${grade}`);
      if (pool !== undefined && twins(buckets, slot, other, grade)) return pool;
    }
  return undefined;
}

/** Two slots share their pools of a grade if some bucket has both, and none has two different ones. */
function twins(buckets: Map<string, PoolTable>, slot: string, other: string, grade: string): boolean {
  const pairs = [...buckets.values()].flatMap((table) => {
    const [a, b] = [table.get(`${slot}/${grade}`), table.get(`${other}/${grade}`)];
    return a === undefined || b === undefined ? [] : [samePool(a, b)];
  });
  return pairs.length > 0 && pairs.every(Boolean);
}
