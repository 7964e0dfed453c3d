import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StandinCharacter } from './characters/character.ts';

/**
 * Characters from a folder of one's own: `<name>/basic.json` and `<name>/item-equipment.json` in the official response
 * shape, served byte for byte.
 * @throws Error naming the file, when the folder or a file is missing or is no JSON object
 */
export function readFolder(folder: string): StandinCharacter[] {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  if (names.length === 0) throw new Error(`Stand-in folder ${folder}: holds no character folder`);
  const spellings = new Set(names.map((name) => name.normalize('NFC').toLowerCase()));
  if (spellings.size < names.length) throw new Error(`Stand-in folder ${folder}: holds one name in two spellings`);
  return names.map((name): StandinCharacter => {
    const basic = readBody(join(folder, name, 'basic.json'));
    const equipment = readBody(join(folder, name, 'item-equipment.json'));
    return { name: name.normalize('NFC'), basic: () => basic, equipment: () => equipment };
  });
}

function readBody(path: string): Buffer {
  // Said at the start and with the file's name: a bad file must not look like an upstream failure later.
  try {
    const body = readFileSync(path);
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is not a JSON object');
    return body;
  } catch (error) {
    throw new Error(`Stand-in file ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
