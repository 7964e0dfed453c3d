import type { CostLaw } from './law.ts';
import type { ComplexVector } from './vector.ts';

/**
 * The same law, keeping its transforms of the last `most` windows (33 kB each) and its atoms: windows come from one
 * ladder, so a law that takes part in many sums is transformed once per rung. For laws shared between items.
 */
export function remembered(law: CostLaw, most = 12): CostLaw {
  const transforms = new Map<number, ComplexVector>();
  const { atoms } = law;
  let listed: ReturnType<NonNullable<typeof atoms>> | undefined;
  return {
    ...law,
    transform: (grid) => {
      const vector = transforms.get(grid.rung) ?? law.transform(grid);
      transforms.delete(grid.rung);
      transforms.set(grid.rung, vector);
      const [oldest] = transforms.keys();
      if (transforms.size > most && oldest !== undefined) transforms.delete(oldest);
      return vector;
    },
    ...(atoms && { atoms: () => (listed ??= atoms()) }),
  };
}
