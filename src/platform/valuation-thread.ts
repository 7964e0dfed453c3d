import type { NormalisedEquipment } from '../domain/character/equipment.ts';
import { ProblemError } from '../domain/errors.ts';
import { defaultAssumptions } from '../domain/valuation/assumptions.ts';
import { chances } from '../domain/valuation/chances.ts';
import { compactValuation, type CompactValuation } from '../domain/valuation/compact.ts';
import { estimate } from '../domain/valuation/estimate.ts';
import { plan } from '../domain/valuation/plan.ts';
import { renderExpectation } from '../domain/valuation/render.ts';
import { ruleSetIds, type RuleSet, type RuleSetId } from '../domain/valuation/rules.ts';
import { valuate } from '../domain/valuation/valuate.ts';
import { boundedMemo } from './bounded-memo.ts';
import { giveWay } from './give-way.ts';
import { loadRuleSet } from './rule-files.ts';
import type { Question, Reply } from './valuation-question.ts';

/** A thread that calculates gives way to those that answer, project and store. */
const NICE = 15;
// Linux knows priorities of threads; elsewhere this would be the whole process's.
if (process.platform === 'linux') giveWay(NICE);

/** Results remembered in each thread: items and kernels of some hundred characters. */
const REMEMBERED = 20_000;

const ruleSet = await loadRuleSet(ruleSetIds[0]);
const memo = boundedMemo(REMEMBERED);
const otherRuleSets = new Map<RuleSetId, Promise<RuleSet>>();

/** What a worker's thread does: the compact valuation of one character's equipment under the default assumptions. */
export function value(equipment: NormalisedEquipment): CompactValuation {
  return compactValuation(valuate(equipment, ruleSet, defaultAssumptions, memo));
}

/** What a reader's thread does: the JSON that answers a question. A refusal keeps its code and field over the boundary. */
export async function answer(question: Question): Promise<Reply> {
  // An error that crosses threads loses its class: what the caller must see is told as data.
  try {
    return { json: JSON.stringify(await answerTo(question)) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { refusal: { code: error.code, message: error.message, field: error.field } };
  }
}

async function answerTo(question: Question): Promise<object> {
  if (question.kind === 'estimate') return estimate(question.request, await ruleSetOf(question.request.ruleSet));
  const { character, equipment, fingerprint, fetchedAt: asOf } = question.snapshot;
  const { assumptions } = question;
  if (question.kind === 'valuation') {
    const valuation = compactValuation(valuate(equipment, ruleSet, assumptions, memo));
    return renderExpectation({ character, equipment, valuation, asOf, freshness: 'fresh', fingerprint });
  }
  const preset = equipment.activePreset;
  const shared = { equipment, ruleSet, assumptions, preset, memo };
  const result = question.kind === 'plan' ? plan(shared) : chances({ ...shared, budget: question.budget });
  const { id, tables } = ruleSet;
  return {
    freshness: 'fresh',
    asOf,
    character,
    snapshotFingerprint: fingerprint,
    ruleSet: id,
    tables,
    assumptions,
    ...result,
  };
}

async function ruleSetOf(id: RuleSetId): Promise<RuleSet> {
  if (id === ruleSet.id) return ruleSet;
  const loaded = otherRuleSets.get(id) ?? loadRuleSet(id);
  otherRuleSets.set(id, loaded);
  return await loaded;
}
