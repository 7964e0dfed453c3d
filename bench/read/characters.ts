import { openClient, type Client } from '../../src/platform/database-client.ts';
import { sha256 } from '../../src/domain/ids.ts';
import type { Snapshot } from '../../src/domain/character/snapshot.ts';
import { defaultAssumptions } from '../../src/domain/valuation/assumptions.ts';
import { compactValuation } from '../../src/domain/valuation/compact.ts';
import { renderExpectation } from '../../src/domain/valuation/render.ts';
import { valuate } from '../../src/domain/valuation/valuate.ts';
import { toBrotli } from '../../src/platform/http/encoding.ts';
import { loadRuleSet } from '../../src/platform/rule-files.ts';
import { generatedCharacter, realCharacter } from '../engine/characters.ts';

export interface Answers {
  /** Bytes of the JSON, and of what is stored of it. */
  readonly identityBytes: number;
  readonly storedBytes: number;
  readonly origin: string;
}

/** Characters whose equipment is stored beside their answer. */
export const WHAT_IF_CHARACTERS = 100;

const nameOf = (number: number): string => `벤치${number}`;
export const pathOf = (number: number): string =>
  `/api/v4/characters/${encodeURIComponent(nameOf(number))}/expectation`;

/** Fills the read model with the answer of the real sample under many names, each with a body of its own. */
export async function storeAnswers(databaseUrl: string, count: number): Promise<Answers> {
  const { origin, equipment } = realCharacter() ?? generatedCharacter();
  const valuation = compactValuation(valuate(equipment, await loadRuleSet('kms2026'), defaultAssumptions));
  const asOf = new Date().toISOString();
  const character = { name: '@NAME@', ocid: '@NAME@', world: '스카니아', class: equipment.characterClass, level: 285 };
  const answer = renderExpectation({ character, equipment, fingerprint: 'bench', valuation, asOf, freshness: 'fresh' });
  const template = JSON.stringify(answer);
  const sql = openClient(databaseUrl, { max: 2 });
  let storedBytes = 0;
  for (let from = 0; from < count; from += 100) {
    const numbers = Array.from({ length: Math.min(100, count - from) }, (_, index) => from + index);
    const rows = await Promise.all(numbers.map((number) => rowOf(template, number, asOf)));
    storedBytes = rows[0]?.body.length ?? storedBytes;
    await insert(sql, rows);
  }
  for (let number = 0; number < WHAT_IF_CHARACTERS; number += 1) {
    await sql`insert into snapshot_view ${sql(snapshotRow(number, { character, equipment, asOf }))}`;
  }
  await sql`analyze expectation_view`;
  await sql.end();
  return { identityBytes: Buffer.byteLength(template), storedBytes, origin };
}

async function rowOf(template: string, number: number, asOf: string) {
  const json = template.replaceAll('@NAME@', nameOf(number));
  return {
    character_key: nameOf(number),
    ocid: nameOf(number),
    fingerprint: 'bench',
    as_of: asOf,
    fetch_started_at: asOf,
    changed_at: String(number + 1),
    etag: sha256(json).slice(0, 32),
    body: await toBrotli(Buffer.from(json)),
  };
}

function snapshotRow(number: number, of: Pick<Snapshot, 'character' | 'equipment'> & { readonly asOf: string }) {
  const name = nameOf(number);
  const snapshot: Snapshot = {
    characterKey: name,
    character: { ...of.character, name, ocid: name },
    equipment: of.equipment,
    fingerprint: 'bench',
    payloadHash: 'bench',
    fetchStartedAt: of.asOf,
    fetchedAt: of.asOf,
  };
  return { ocid: name, character_key: name, snapshot: JSON.stringify(snapshot) };
}

async function insert(sql: Client, rows: readonly Awaited<ReturnType<typeof rowOf>>[]): Promise<void> {
  await sql`insert into expectation_view ${sql([...rows])}`;
}
