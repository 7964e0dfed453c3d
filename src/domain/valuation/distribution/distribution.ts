import { atomAtQuantile, atomChance, type Atoms, HEAVY, NO_ATOMS } from './atoms.ts';
import { rungAbove } from './grid.ts';
import { invert } from './inversion.ts';
import type { CostLaw } from './law.ts';
import { windowOn } from './smooth.ts';
import type { Window } from './window.ts';

/** What callers see of a law, all in mesos (not rounded). */
export interface Distribution {
  readonly mean: number;
  readonly sd: number;
  readonly p10: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** Relative error of a quantile that is not exact. */
const PROMISED = 1e-3;

/** The first window asked for is this much wider than what is looked for in it. */
const ROOM = 1.3;

/** Mean, standard deviation and the usual quantiles. A few milliseconds. */
export function distribution(law: CostLaw): Distribution {
  const [p10, p50, p75, p90, p95, p99] = quantiles(law, [0.1, 0.5, 0.75, 0.9, 0.95, 0.99]) as SixQuantiles;
  return { mean: law.mean, sd: Math.sqrt(law.variance), p10, p50, p75, p90, p95, p99 };
}

type SixQuantiles = [number, number, number, number, number, number];

/** The smallest x in mesos with F(x) ≥ q, 0 < q < 1: exact at heavy atoms and in closed form, else within 1e-3. */
export function quantile(law: CostLaw, q: number): number {
  return quantiles(law, [q])[0] as number;
}

/** Quantiles for ascending `qs`, each strictly between 0 and 1; ascending. */
export function quantiles(law: CostLaw, qs: readonly number[]): number[] {
  const read = readerOf(law);
  const found: number[] = [];
  for (const q of qs.toReversed()) found.push(law.quantile?.(q) ?? Math.min(read(q), found.at(-1) ?? Infinity));
  return found.toReversed();
}

/**
 * Quantiles that are in no closed form. From the highest down, so that one window serves as many of them as it resolves.
 * Heavy atoms are hit exactly; light ones are read from the window like a density (as the reference values are), except
 * where that would miss the exact value by more than is promised.
 */
function readerOf(law: CostLaw): (q: number) => number {
  let atoms: Atoms | undefined;
  let window: Window | undefined;
  return (q) => {
    atoms ??= law.atoms?.() ?? NO_ATOMS;
    const atom = atomAtQuantile(atoms, q);
    if (!atom || atom.probability < HEAVY) window = windowFor(law, q, window);
    const read = window?.quantile(q) ?? 0;
    return atom && (atom.probability >= HEAVY || Math.abs(read / atom.cost - 1) > PROMISED) ? atom.cost : read;
  };
}

/** P(cost ≤ budget), budget in mesos. */
export function chanceWithin(law: CostLaw, budget: number): number {
  if (!(budget >= 0)) return 0;
  if (budget === Infinity) return 1;
  const exact = law.chance?.(budget) ?? atomChance(law.atoms?.() ?? NO_ATOMS, budget);
  return exact ?? invert(law, rungAbove(Math.max(1, ROOM * budget))).chance(budget);
}

/** F at `count` budgets evenly spaced up to `upTo` mesos, for a chart: one window for all of them. */
export function curve(law: CostLaw, upTo: number, count: number): { cost: number; probability: number }[] {
  const budgets = Array.from({ length: count }, (_, index) => (upTo * (index + 1)) / count);
  const atoms = law.atoms?.() ?? NO_ATOMS;
  const exact = (x: number): number | undefined => law.chance?.(x) ?? atomChance(atoms, x);
  const beyond = budgets.some((x) => exact(x) === undefined)
    ? invert(law, rungAbove(Math.max(1, ROOM * upTo)))
    : undefined;
  return budgets.map((cost) => ({ cost, probability: exact(cost) ?? beyond?.chance(cost) ?? 0 }));
}

/** A window in which the quantile q is found and well resolved; starts at `known`, else at mean + 4 sd. */
function windowFor(law: CostLaw, q: number, known: Window | undefined): Window {
  let window = known ?? windowOn(law, rungAbove(Math.max(ROOM * law.mean, law.mean + 4 * Math.sqrt(law.variance))));
  // Where F is flat at q, two windows may disagree on which side of the flat part the quantile lies: never turn back.
  // Half a meso is too narrow for anything.
  let tooNarrow = -1;
  for (;;) {
    const x = window.quantile(q);
    if (x === undefined) {
      tooNarrow = window.rung;
      window = window.on(window.rung + 1);
      continue;
    }
    const rung = window.rungFor(x);
    const best = rung >= window.rung || rung <= tooNarrow;
    const better = best ? window.finerAt(x) : window.on(rung);
    if (better === undefined) return window;
    window = better;
  }
}
