import type { NormalisedEquipment } from '../character/equipment.ts';
import type { Assumptions } from './assumptions.ts';
import { rounded } from './compact.ts';
import type { ComponentName, Solved } from './component.ts';
import { componentNames } from './component.ts';
import { distribution } from './distribution/distribution.ts';
import type { Memo } from './memo.ts';
import type { RuleSet } from './rules.ts';
import { solveItems, totalLaw } from './valuate.ts';
import type { Facts } from './valuation.ts';

export interface PlanRequest {
  readonly equipment: NormalisedEquipment;
  readonly ruleSet: RuleSet;
  readonly assumptions: Assumptions;
  readonly preset: 1 | 2 | 3;
  readonly memo?: Memo;
}

type SolvedComponent = Solved<Facts[ComponentName]>;

/** A component of a worn item by the route of the assumptions and by the cheapest one. */
interface Step {
  readonly item: number;
  readonly component: ComponentName;
  readonly plain: SolvedComponent;
  readonly planned: SolvedComponent;
}

/**
 * The answer to `GET …/plan` for a preset, as plain data: for every component the cheapest route by expected cost, the
 * totals by the assumptions' own route (`plain`) and by the plan, and what it saves. Routes compared: star force as assumed
 * or with the best stars to protect and to restore at; potentials by the method assumed or for mesos; bonus options by the
 * flame assumed or for mesos. A total is `null` where nothing is valued and something is unsupported.
 */
export function plan(request: PlanRequest): Record<string, unknown> {
  const steps = stepsOf(request);
  const plain = totalOf(steps.map((step) => step.plain));
  const planned = totalOf(steps.map((step) => step.planned));
  const saving = plain && planned ? plain.mean - planned.mean : 0;
  return {
    preset: request.preset,
    plain: rounded(plain, 'cost'),
    planned: rounded(planned, 'cost'),
    saving: Math.round(saving),
    savingShare: rounded(plain && plain.mean > 0 ? saving / plain.mean : 0, 'share'),
    unsupportedComponents: steps.filter((step) => step.planned.status === 'unsupported').length,
    steps: steps.flatMap((step) => renderStep(step, request.equipment)).sort((a, b) => b.cost.mean - a.cost.mean),
  };
}

function stepsOf({ equipment, ruleSet, assumptions, preset, memo }: PlanRequest): Step[] {
  const best: Assumptions = { ...assumptions, safeguard: 'optimal', restore: 'optimal', method: 'meso', flame: 'meso' };
  const plain = solveItems(equipment, ruleSet, assumptions, memo);
  const other = solveItems(equipment, ruleSet, best, memo);
  const worn = equipment.presets.find((candidate) => candidate.preset === preset)?.items ?? [];
  return worn.flatMap((item) =>
    componentNames.flatMap((component): Step[] => {
      const [asAssumed, otherwise] = [plain[item]?.components[component], other[item]?.components[component]];
      if (asAssumed === undefined || otherwise === undefined) return [];
      return [{ item, component, plain: asAssumed, planned: cheaper(asAssumed, otherwise) }];
    }),
  );
}

/** The first where they are equal, and where the second is not valued. */
function cheaper(a: SolvedComponent, b: SolvedComponent): SolvedComponent {
  if (b.status !== 'valued') return a;
  return a.status === 'valued' && a.law.mean <= b.law.mean ? a : b;
}

function totalOf(solved: readonly SolvedComponent[]) {
  const law = totalLaw(solved);
  return law === undefined ? null : distribution(law);
}

/** A step that costs something; its saving is `null` where the assumed route cannot be valued. */
function renderStep({ item, component, plain, planned }: Step, equipment: NormalisedEquipment) {
  if (planned.status !== 'valued') return [];
  const { slot, name } = equipment.items[item] ?? {};
  const { mean, variance } = planned.law;
  const saving = plain.status === 'valued' ? Math.round(plain.law.mean - mean) : null;
  return [
    {
      ...{ slot, name, component },
      ...routeOf(planned.facts),
      saving,
      cost: { mean: Math.round(mean), sd: Math.round(Math.sqrt(variance)) },
    },
  ];
}

/** What distinguishes the route. */
function routeOf(facts: Facts[ComponentName]): object {
  if ('strategy' in facts) return { from: facts.from, to: facts.to, strategy: facts.strategy };
  return 'method' in facts ? { method: facts.method } : { flame: facts.flame };
}
