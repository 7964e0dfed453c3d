/** Mesos as Koreans write them: 조 (10¹²), 억 (10⁸), 만 (10⁴), and plain numbers. */

const units = [
  { name: '조', size: 1e12 },
  { name: '억', size: 1e8 },
  { name: '만', size: 1e4 },
] as const;

/**
 * Korean text of an amount of mesos ≥ 0, rounded half up to whole mesos, e.g. `316억 8000만`.
 * With `parts`, at most that many units, the last one rounded half up: `formatMoney(123456789, 1)` is `1억`.
 */
export function formatMoney(mesos: number, parts = 4): string {
  if (!(mesos >= 0) || !Number.isFinite(mesos)) throw new RangeError(`${mesos} is not an amount of mesos`);
  const rounded = roundTo(Math.round(mesos), parts);
  let left = rounded;
  const words: string[] = [];
  for (const { name, size } of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count}${name}`);
  }
  if (left > 0 || words.length === 0) words.push(String(left));
  return words.join(' ');
}

/** Rounds half up to the smallest of the `parts` largest units that the amount has. */
function roundTo(mesos: number, parts: number): number {
  const sizes = [...units.map((unit) => unit.size), 1];
  const first = sizes.findIndex((size) => mesos >= size);
  const size = sizes[Math.max(first, 0) + parts - 1] ?? 1;
  return Math.round(mesos / size) * size;
}

const plain = /^\d+(\.\d+)?$/u;
const korean = /^(?:(\d+(?:\.\d+)?)조)?(?:(\d+(?:\.\d+)?)억)?(?:(\d+(?:\.\d+)?)만)?(\d+)?$/u;

/**
 * Reads an amount of mesos: `31680000000`, `31,680,000,000`, `316억 8000만`, `1.5억`, each with or without `메소`.
 * `undefined` for anything else; signs and exponents are not amounts.
 */
export function parseMoney(text: string): number | undefined {
  const compact = text.replaceAll(/[\s,]/gu, '').replace(/메소$/u, '');
  if (plain.test(compact)) return Number(compact);
  const match = korean.exec(compact);
  if (match === null || compact === '') return undefined;
  const [, ...counts] = match as (string | undefined)[];
  const sizes = [...units.map((unit) => unit.size), 1];
  // A decimal count of a unit is exact only after rounding to whole mesos (1.1억 = 110,000,000.00000001).
  return Math.round(sizes.reduce((sum, size, index) => sum + Number(counts[index] ?? 0) * size, 0));
}
