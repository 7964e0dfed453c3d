import type { NormalisedEquipment, NormalisedItem } from '../../../src/domain/character/equipment.ts';

const noPotential = { grade: null, sealed: false, lines: [null, null, null] } as const;

const noBonusOptions = {
  ...{ str: 0, dex: 0, int: 0, luk: 0, maxHp: 0, maxMp: 0, attackPower: 0, magicPower: 0 },
  ...{ armor: 0, speed: 0, jump: 0, bossDamage: 0, damage: 0, allStat: 0, levelDecrease: 0 },
};

/** A blank level-200 hat of a boss set, with what the test is about. */
export function anItem(
  change: Partial<Omit<NormalisedItem, 'bonusOptions'>> & {
    readonly bonusOptions?: Partial<NormalisedItem['bonusOptions']>;
  } = {},
): NormalisedItem {
  return {
    slot: '모자',
    part: '모자',
    name: '아케인셰이드 메이지햇',
    icon: '',
    level: 200,
    stars: 0,
    starScroll: false,
    specialRingLevel: 0,
    potential: noPotential,
    additionalPotential: noPotential,
    baseAttackPower: 0,
    baseMagicPower: 0,
    ...change,
    bonusOptions: { ...noBonusOptions, ...change.bonusOptions },
  };
}

/** An Evan who wears the items in preset 1. */
export function wearing(...items: readonly NormalisedItem[]): NormalisedEquipment {
  return {
    characterClass: '에반',
    characterLevel: 285,
    activePreset: 1,
    items,
    presets: [{ preset: 1, items: items.map((_, index) => index) }],
  };
}
