import type { StandinCharacter } from './characters/character.ts';
import { derivedCharacter, derivedName, derivedNumber } from './characters/derived.ts';
import { sampleCharacters } from './characters/samples.ts';
import { readFolder } from './folder.ts';
import { hexOf } from './random.ts';

/** All characters the stand-in knows. */
export interface Cast {
  /** The id of a character by its name in any normalisation form or case, `undefined` where nobody has the name. */
  readonly ocidOf: (name: string) => string | undefined;
  /** The character of an id, `undefined` where it is nobody's. */
  readonly find: (ocid: string) => StandinCharacter | undefined;
}

/**
 * The samples, the characters of a folder (which win over samples of the same name), and any number of derived ones,
 * whose ids carry their number so that nothing has to be remembered.
 * @throws Error when the folder cannot be served
 */
export function createCast(seed: string, folder: string | undefined): Cast {
  const byOcid = new Map<string, StandinCharacter>();
  for (const character of [...sampleCharacters(seed), ...(folder === undefined ? [] : readFolder(folder))]) {
    byOcid.set(namedOcid(character.name), character);
  }
  return {
    ocidOf: (name) => {
      const ocid = namedOcid(name);
      if (byOcid.has(ocid)) return ocid;
      const number = derivedNumber(keyOf(name));
      return number === undefined ? undefined : derivedOcid(number);
    },
    find: (ocid) => {
      const named = byOcid.get(ocid);
      if (named !== undefined) return named;
      const number = numberOf(ocid);
      return number === undefined ? undefined : derivedCharacter(seed, number);
    },
  };
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function namedOcid(name: string): string {
  return hexOf(`ocid/${keyOf(name)}`, 32);
}

/** 24 digits of a hash, then the number, masked with the first of them. */
function derivedOcid(number: number): string {
  const hash = hexOf(`ocid/${derivedName(number)}`, 24);
  return hash + masked(hash, number).toString(16).padStart(8, '0');
}

function numberOf(ocid: string): number | undefined {
  if (!/^[0-9a-f]{32}$/.test(ocid)) return undefined;
  const number = masked(ocid, parseInt(ocid.slice(24), 16));
  return derivedOcid(number) === ocid ? number : undefined;
}

function masked(hash: string, number: number): number {
  return (parseInt(hash.slice(0, 8), 16) ^ number) >>> 0;
}
