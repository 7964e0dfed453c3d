/**
 * What it costs to read one payload: parse it whole, check its shape, normalise, fingerprint. Prints JSON with the
 * best and the median of each step in milliseconds; the best is what holds on a machine that others use too. Run: `npx tsx bench/parse.ts [FILE]` (default: 강은호).
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { equipmentSchema } from '../src/commands/upstream/schemas.ts';
import { fingerprint } from '../src/domain/character/fingerprint.ts';
import { normaliseEquipment } from '../src/domain/character/normalise.ts';
import { derivedCharacter } from '../src/standin/characters/derived.ts';
import { sampleCharacters } from '../src/standin/characters/samples.ts';

const ROUNDS = 300;
const WARM_UP = 100;

/** Best and median of a step, in milliseconds. */
function measure(step: (round: number) => unknown): { best: number; median: number } {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const before = performance.now();
    step(round);
    if (round >= WARM_UP) times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(share * ROUNDS)] ?? NaN).toFixed(3));
  return { best: at(0), median: at(0.5) };
}

const file = process.argv[2];
const body = file === undefined ? sampleCharacters('pve')[0]?.equipment() : readFileSync(file);
if (body === undefined) throw new Error('there is no sample character');

const text = body.toString('utf8');
const json: unknown = JSON.parse(text);
const payload = equipmentSchema.parse(json);
const basic = { character_name: null, world_name: null, character_class: null, character_level: 285 };
const normalised = normaliseEquipment(basic, payload);

const result = {
  node: process.version,
  bytes: body.length,
  rounds: ROUNDS,
  milliseconds: {
    'JSON.parse of the whole text': measure(() => JSON.parse(text) as unknown),
    'bytes to text and JSON.parse': measure(() => JSON.parse(body.toString('utf8')) as unknown),
    'shape check': measure(() => equipmentSchema.parse(json)),
    normalise: measure(() => normaliseEquipment(basic, payload)),
    fingerprint: measure(() => fingerprint(normalised)),
    'stand-in: derive one payload': measure((round) => derivedCharacter('bench', round).equipment()),
  },
};
console.log(JSON.stringify(result, null, 2));
