import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { NormalisedEquipment } from '../domain/character/equipment.ts';
import { ProblemError } from '../domain/errors.ts';
import type { CompactValuation } from '../domain/valuation/compact.ts';
import { ruleSetIds, type RuleSetId } from '../domain/valuation/rules.ts';
import { ENGINE_VERSION } from '../domain/valuation/valuate.ts';
import { loadRuleSet } from './rule-files.ts';
import type { Question, Reply } from './valuation-question.ts';

/** The valuation engine in threads of its own: calculating never blocks an event loop. */
export interface ValuationPool {
  readonly ruleSet: RuleSetId;
  /** Content hash of the rule tables, `sha256:…`. */
  readonly tables: string;
  readonly engine: string;
  /** The compact valuation of a character's equipment under the default assumptions. */
  value(equipment: NormalisedEquipment): Promise<CompactValuation>;
  /** The JSON that answers a reader's question. Throws `ProblemError` with what the question got wrong. */
  answer(question: Question): Promise<string>;
  close(): Promise<void>;
}

export interface ValuationPoolOptions {
  readonly threads: number;
  /** The code of a thread; default: the compiled one beside this file. */
  readonly thread?: URL | undefined;
}

const THREAD = new URL('./valuation-thread.js', import.meta.url);
/** Of a thread's heap: some 120 MiB are in use; without a limit twice as much is let go late. */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** Checks the rule files (a broken one stops the start here) and starts the threads. */
export async function openValuationPool({ threads, thread = THREAD }: ValuationPoolOptions): Promise<ValuationPool> {
  const { tables } = await loadRuleSet(ruleSetIds[0]);
  const pool = new Piscina({
    filename: fileURLToPath(thread),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: Infinity,
    resourceLimits: MEMORY,
  });
  return {
    ruleSet: ruleSetIds[0],
    tables,
    engine: ENGINE_VERSION,
    value: (equipment) => pool.run(equipment, { name: 'value' }) as Promise<CompactValuation>,
    answer: (question) => ask(pool, question),
    // Whoever still waits for an answer is told; nothing is worth finishing for nobody.
    close: () => pool.destroy(),
  };
}

async function ask(pool: Piscina, question: Question): Promise<string> {
  const reply = (await pool.run(question, { name: 'answer' })) as Reply;
  if ('json' in reply) return reply.json;
  const { code, message, field } = reply.refusal;
  throw new ProblemError(code, message, field === undefined ? {} : { field });
}
