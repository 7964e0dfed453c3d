import { makeBasic, makeEquipment, toJson, type CharacterOrder, type StandinCharacter } from './character.ts';
import { bowmaster, demonAvenger, evan, hero, nightLord, xenon } from './classes.ts';

type Sample = Omit<CharacterOrder, 'seed' | 'quirks'>;

/** The project's own characters: invented, complete, each with a few items that cannot be valued. */
const SAMPLES: readonly Sample[] = [
  { name: '강은호', world: '스카니아', wearer: evan, level: 285, activePreset: 2 },
  { name: '별빛대검', world: '루나', wearer: hero, level: 278, activePreset: 1 },
  { name: '바람시위', world: '엘리시움', wearer: bowmaster, level: 291, activePreset: 1 },
  { name: '그믐표창', world: '크로아', wearer: nightLord, level: 264, activePreset: 3 },
  { name: '은하회로', world: '스카니아', wearer: xenon, level: 270, activePreset: 1 },
  { name: '붉은서약', world: '베라', wearer: demonAvenger, level: 283, activePreset: 2 },
];

/** One that has not been played for long: the API then answers with nulls and empty lists. */
export const DORMANT_NAME = '잠자는숲';

/** All sample characters. Their bodies are made once, when first asked for. */
export function sampleCharacters(seed: string): StandinCharacter[] {
  const complete = SAMPLES.map((sample): StandinCharacter => {
    const order: CharacterOrder = { ...sample, seed: `${seed}/sample/${sample.name}`, quirks: 0.2 };
    return { name: sample.name, basic: once(() => makeBasic(order)), equipment: once(() => makeEquipment(order)) };
  });
  return [...complete, dormant()];
}

function dormant(): StandinCharacter {
  const basic = { date: null, character_name: DORMANT_NAME, world_name: '스카니아', character_gender: null };
  const rest = { character_class: null, character_class_level: null, character_level: null, character_exp: null };
  const lists = { item_equipment_preset_1: null, item_equipment_preset_2: null, item_equipment_preset_3: null };
  const others = { title: null, medal_shape: null, dragon_equipment: [], mechanic_equipment: [] };
  return {
    name: DORMANT_NAME,
    basic: () => toJson({ ...basic, ...rest }),
    equipment: () =>
      toJson({ date: null, character_class: null, preset_no: null, item_equipment: [], ...lists, ...others }),
  };
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined;
  return () => (made ??= make());
}
