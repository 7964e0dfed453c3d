import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defaultAssumptions } from '../../src/domain/valuation/assumptions.ts';
import { valuate } from '../../src/domain/valuation/valuate.ts';
import { boundedMemo } from '../../src/platform/bounded-memo.ts';
import { loadRuleSet } from '../../src/platform/rule-files.ts';
import { otherCharacter, subjects } from './characters.ts';
import { median, type Took, timed } from './clock.ts';

/** Other characters that a process values before the one that is measured. */
export const SEEN = 40;
export const PROCESSES = 5;
const CAPACITY = 20_000;

/** What the process has when the character comes: its memo, or nothing but warm code and the tables of climbs. */
export type State = 'seen' | 'cold';

/**
 * One valuation of a subject, by number, in each of several new processes. A process measures once: whatever it keeps
 * beside its memo can then only come from the other characters, as in the product.
 */
export function measureFresh(subject: number, state: State): Took {
  const each = Array.from({ length: PROCESSES }, () => {
    const argv = [...process.execArgv, fileURLToPath(import.meta.url), String(subject), state];
    return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8' })) as Took;
  });
  return { wall: median(each.map(({ wall }) => wall)), cpu: median(each.map(({ cpu }) => cpu)) };
}

async function measureOnce(number: number, state: State): Promise<Took> {
  const ruleSet = await loadRuleSet('kms2026');
  const subject = subjects()[number];
  if (subject === undefined) throw new Error(`no subject ${number}`);
  const memo = boundedMemo(CAPACITY);
  for (let other = 1; other <= SEEN; other += 1) valuate(otherCharacter(other), ruleSet, defaultAssumptions, memo);
  const used = state === 'seen' ? memo : boundedMemo(CAPACITY);
  return timed(() => valuate(subject.equipment, ruleSet, defaultAssumptions, used));
}

const [, script, number, state] = process.argv;
if (script === fileURLToPath(import.meta.url))
  process.stdout.write(JSON.stringify(await measureOnce(Number(number), state === 'seen' ? 'seen' : 'cold')));
