import { compactAtoms, HEAVY, heaviest } from './distribution/atoms.ts';
import type { Distribution } from './distribution/distribution.ts';
import { distribution } from './distribution/distribution.ts';
import type { CostLaw } from './distribution/law.ts';

const read = new WeakMap<CostLaw, Distribution>();

/** The law's distribution, read off once: kernels hand the same law to every item with the same problem. */
export function distributionOf(law: CostLaw): Distribution {
  const known = read.get(law) ?? distribution(law);
  read.set(law, known);
  return known;
}

/**
 * The same law, its distribution read off and the tables behind its closed forms let go: up to a megabyte each, and memos
 * keep thousands of laws. What sums need stays: moments, transform, steps, and atoms where they are heavy enough to matter.
 */
export function lean(law: CostLaw): CostLaw {
  const { mean, variance, transform, steps } = law;
  const atoms = law.atoms?.();
  const kept = atoms && heaviest(atoms) >= HEAVY ? { atoms: compactAtoms(atoms) } : {};
  const slim: CostLaw = { mean, variance, transform, ...kept, ...(steps && { steps }) };
  read.set(slim, distributionOf(law));
  return slim;
}
