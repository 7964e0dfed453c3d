import { existsSync, readFileSync } from 'node:fs';
import type { NormalisedEquipment } from '../../src/domain/character/equipment.ts';
import { normaliseEquipment } from '../../src/domain/character/normalise.ts';
import type { BasicPayload, EquipmentPayload } from '../../src/domain/character/payload.ts';
import type { StandinCharacter } from '../../src/standin/characters/character.ts';
import { derivedCharacter } from '../../src/standin/characters/derived.ts';
import { sampleCharacters } from '../../src/standin/characters/samples.ts';

const SEED = 'bench';
const REAL = new URL('../../../shared/upstream-samples/', import.meta.url);

export interface Subject {
  readonly origin: string;
  readonly equipment: NormalisedEquipment;
}

/** The characters measured: the real one where it is at hand, and the stand-in's. */
export function subjects(): Subject[] {
  const real = realCharacter();
  return [...(real ? [real] : []), generatedCharacter()];
}

/** The real level-285 Evan where its payload is at hand. */
export function realCharacter(): Subject | undefined {
  const files = ['basic_character_info.json', 'evan_equip.json'].map((name) => new URL(name, REAL));
  if (!files.every((file) => existsSync(file))) return undefined;
  const [basic, equipment] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown);
  return {
    origin: 'a real character, level-285 Evan',
    equipment: normaliseEquipment(basic as BasicPayload, equipment as EquipmentPayload),
  };
}

/** The stand-in's first sample: larger than life, hardly an item is worn in two presets. */
export function generatedCharacter(): Subject {
  const [first] = sampleCharacters(SEED);
  if (first === undefined) throw new Error('the stand-in has no sample');
  return { origin: `the stand-in's ${first.name}`, equipment: read(first) };
}

/** The stand-in's derived character of that number: another one for every number. */
export function otherCharacter(number: number): NormalisedEquipment {
  return read(derivedCharacter(SEED, number));
}

function read({ basic, equipment }: StandinCharacter): NormalisedEquipment {
  const json = (body: Buffer): unknown => JSON.parse(body.toString('utf8'));
  return normaliseEquipment(json(basic()) as BasicPayload, json(equipment()) as EquipmentPayload);
}
