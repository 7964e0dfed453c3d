/**
 * Makes the rule file of the mechanic `potential` from the reference tables:
 *
 *     npx tsx scripts/build-rules/potential.ts <folder of the tables> rules/potential/kms2026.json
 */
import { writeFileSync } from 'node:fs';
import { type Json, potentialRuleFile } from './potential-file.ts';

const [folder, target] = process.argv.slice(2);
if (folder === undefined || target === undefined)
  throw new Error('usage: potential.ts <folder of the tables> <rule file>');
writeFileSync(target, `${print(potentialRuleFile(folder), '')}\n`);

/** JSON with everything on one line that fits there. */
function print(value: Json, indent: string): string {
  const flat = JSON.stringify(value);
  if (value === null || typeof value !== 'object' || flat.length + indent.length <= 118) return flat;
  const inner = `${indent} `;
  const parts = Array.isArray(value)
    ? value.map((item: Json) => print(item, inner))
    : Object.entries(value).map(([key, item]: [string, Json]) => `${JSON.stringify(key)}: ${print(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${indent}${close}`;
}
