import type { Roll } from '../../../../src/domain/valuation/potential/roll.ts';

/** One option of one line with its probability before caps. */
interface Share {
  readonly text: string;
  readonly probability: number;
}

/** Caps by text, as the official page words them; independent of the line parser. */
const caps: readonly (readonly [RegExp, number])[] = [
  [/^<쓸만한/u, 1],
  [/^피격 후 무적시간/u, 1],
  [/^피격 시 .*데미지의 \d+% 무시$/u, 2],
  [/^피격 시 .*초간 무적$/u, 2],
];

/** Both grades of a line side by side: line 0 has only the item's own. */
export function sharesOf({ pools: { own, lower, ownGradeRates } }: Roll, line: 0 | 1 | 2): Share[] {
  const rate = line === 0 ? 1 : ownGradeRates[line - 1]!;
  return [
    ...own.options.map(({ text, weight }) => ({ text, probability: (rate * weight) / own.denominator })),
    ...lower.options.map(({ text, weight }) => ({ text, probability: ((1 - rate) * weight) / lower.denominator })),
  ].filter(({ probability }) => probability > 0);
}

/** The shares that earlier lines leave open, divided by what remains. */
export function openShares(shares: readonly Share[], before: readonly string[]): Share[] {
  const full = caps.filter(([cap, most]) => before.filter((text) => cap.test(text)).length >= most);
  if (full.length === 0) return [...shares];
  const open = shares.filter(({ text }) => !full.some(([cap]) => cap.test(text)));
  const remains = open.reduce((sum, { probability }) => sum + probability, 0);
  return open.map(({ text, probability }) => ({ text, probability: probability / remains }));
}

/** Every ordered result of a roll with its probability: plain, slow, and nothing to get wrong. */
export function* enumerate(roll: Roll): Generator<{ texts: readonly string[]; probability: number }> {
  const [line1, line2, line3] = [sharesOf(roll, 0), sharesOf(roll, 1), sharesOf(roll, 2)];
  for (const first of line1)
    for (const second of openShares(line2, [first.text])) {
      const soFar = first.probability * second.probability;
      if (roll.lineCount === 2) yield { texts: [first.text, second.text], probability: soFar };
      else
        for (const third of openShares(line3, [first.text, second.text]))
          yield { texts: [first.text, second.text, third.text], probability: soFar * third.probability };
    }
}
