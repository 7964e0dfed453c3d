import { readFile } from 'node:fs/promises';
import { assembleRuleSet, mechanics, type RuleFiles, type RuleSet, type RuleSetId } from '../domain/valuation/rules.ts';

/** The same two levels up from `src/platform` and from `dist/platform`. */
const RULES = new URL('../../rules/', import.meta.url);

/** Reads a rule set's files and checks them. Throws an `Error` that names the file at fault. */
export async function loadRuleSet(id: RuleSetId): Promise<RuleSet> {
  const files = await Promise.all(
    mechanics.map(async (mechanic) => [mechanic, await readRules(`${mechanic}/${id}.json`)]),
  );
  return assembleRuleSet(id, Object.fromEntries(files.filter(([, content]) => content !== undefined)) as RuleFiles);
}

/** A rule file's JSON, `undefined` where the rule set has no table for the mechanic. */
async function readRules(path: string): Promise<unknown> {
  const text = await readFile(new URL(path, RULES), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : JSON.parse(text);
}
