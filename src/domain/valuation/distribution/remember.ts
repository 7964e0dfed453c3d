import type { CostLaw } from './law.ts';
import { type ComplexVector, kept } from './vector.ts';

/**
 * The same law, keeping its last `most` transforms and its atoms: windows come from one ladder, so a law that takes part
 * in many sums is transformed once per window. For laws shared between items.
 */
export function remembered(law: CostLaw, most = 12): CostLaw {
  const transforms = new Map<string, ComplexVector>();
  const { atoms } = law;
  let listed: ReturnType<NonNullable<typeof atoms>> | undefined;
  return {
    ...law,
    transform: (grid) => {
      const vector = transforms.get(grid.name) ?? kept(law.transform(grid));
      transforms.delete(grid.name);
      transforms.set(grid.name, vector);
      const [oldest] = transforms.keys();
      if (transforms.size > most && oldest !== undefined) transforms.delete(oldest);
      return vector;
    },
    ...(atoms && { atoms: () => (listed ??= atoms()) }),
  };
}
