import { makeBasic, makeEquipment, type CharacterOrder, type StandinCharacter } from './character.ts';
import { classes } from './classes.ts';
import { createRandom } from '../random.ts';

/**
 * Different items per class and slot: a stock that characters draw from, as players copy what works. 20,000 characters wear
 * 21,700 different items.
 */
const STOCK = 64;

/** Levels that count the same for lines "per nine levels": another level is not another item. */
const LEVELS = { first: 280, count: 8 };

const WORLDS = ['스카니아', '루나', '엘리시움', '크로아', '베라', '제니스'];

/** Names of derived characters: `load-00001` and so on. At most 12 characters, so up to ten million of them. */
const NAME = /^load-(\d{5,7})$/;

/** The number of a derived character by its name, `undefined` where the name is none of theirs. */
export function derivedNumber(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined || derivedName(Number(digits)) !== name ? undefined : Number(digits);
}

/** Name of a derived character, the same everywhere: `load-00042`. */
export function derivedName(number: number): string {
  return `load-${String(number).padStart(5, '0')}`;
}

/** The character of that number: made when asked for, and the same every time. */
export function derivedCharacter(seed: string, number: number): StandinCharacter {
  const random = createRandom(`${seed}/derived/${number}`);
  const wearer = random.pick(classes);
  const order: CharacterOrder = {
    name: derivedName(number),
    world: random.pick(WORLDS),
    wearer,
    level: LEVELS.first + random.below(LEVELS.count),
    activePreset: random.pick([1, 2, 3]),
    seed: `${seed}/derived/${number}/equipment`,
    itemSeed: (slot, pick) => `${seed}/stock/${wearer.name}/${slot.slot}/${pick % STOCK}`,
    quirks: 0.02,
  };
  return { name: order.name, basic: () => makeBasic(order), equipment: () => makeEquipment(order) };
}
