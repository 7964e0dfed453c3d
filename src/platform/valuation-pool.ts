import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { NormalisedEquipment } from '../domain/character/equipment.ts';
import type { CompactValuation } from '../domain/valuation/compact.ts';
import { ruleSetIds, type RuleSetId } from '../domain/valuation/rules.ts';
import { ENGINE_VERSION } from '../domain/valuation/valuate.ts';
import { loadRuleSet } from './rule-files.ts';

/** The valuation engine in threads of its own: calculating never blocks an event loop. */
export interface ValuationPool {
  readonly ruleSet: RuleSetId;
  /** Content hash of the rule tables, `sha256:…`. */
  readonly tables: string;
  readonly engine: string;
  /** The compact valuation of a character's equipment under the default assumptions. */
  value(equipment: NormalisedEquipment): Promise<CompactValuation>;
  close(): Promise<void>;
}

/** The code of a thread, compiled. */
const THREAD = new URL('./valuation-thread.js', import.meta.url);

/** Checks the rule files (a broken one stops the start here) and starts `threads` threads with the first use. */
export async function openValuationPool(threads: number, thread: URL = THREAD): Promise<ValuationPool> {
  const { tables } = await loadRuleSet(ruleSetIds[0]);
  const pool = new Piscina({ filename: fileURLToPath(thread), name: 'value', minThreads: 0, maxThreads: threads });
  return {
    ruleSet: ruleSetIds[0],
    tables,
    engine: ENGINE_VERSION,
    value: (equipment) => pool.run(equipment) as Promise<CompactValuation>,
    close: () => pool.close(),
  };
}
