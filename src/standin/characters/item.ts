import { createRandom, type Random } from '../random.ts';
import { drawBonusOptions, noBonusOptions } from './bonus-options.ts';
import type { CatalogueItem, LineGroup, Slot } from './catalogue.ts';
import type { GameClass } from './classes.ts';
import { itemText, type ItemState, type PotentialTexts } from './item-text.ts';
import { drawLines, type Kind } from './lines.ts';

const GRADE_NAMES = { rare: '레어', epic: '에픽', unique: '유니크', legendary: '레전드리' } as const;

const STARS: readonly number[] = [0, 10, 12, 15, 17, 17, 18, 18, 19, 20, 21, 21, 22, 22, 22, 22];

/** A line that is in no table. */
const UNKNOWN_LINE = '버프 스킬의 지속 시간 +15%';

const NO_POTENTIAL: PotentialTexts = { grade: null, sealed: false, lines: [null, null, null] };

/** What to make: an item for a slot, the same one for the same seed. `quirky` asks for one that cannot be valued. */
export interface ItemOrder {
  readonly seed: string;
  readonly wearer: GameClass;
  readonly slot: Slot;
  readonly quirky: boolean;
}

/** One worn item as JSON text in the API's shape, every field of it there. */
export function makeItem(order: ItemOrder): string {
  const { wearer, slot } = order;
  const random = createRandom(order.seed);
  const item = random.pick(choices(order));
  const group = item.quirk === 'seed-ring' ? null : slot.lines;
  const potentialOf = (kind: Kind): PotentialTexts => potential(random, { kind, item, group, wearer });
  const state: ItemState = {
    item,
    slot: slot.slot,
    soul: slot.bonusOptions === 'weapon' ? wearer.attack : null,
    stars: starsOf(random, item, slot),
    potential: potentialOf('main'),
    additionalPotential: potentialOf('additional'),
    bonus:
      slot.bonusOptions === null
        ? noBonusOptions()
        : drawBonusOptions(random, wearer, { item, kind: slot.bonusOptions }),
  };
  return itemText(state);
}

const choicesBySlot = new Map<string, readonly CatalogueItem[]>();

/** What the wearer can have in the slot, of the asked-for sort where there is one. */
function choices({ wearer, slot, quirky }: ItemOrder): readonly CatalogueItem[] {
  const key = `${wearer.name}/${slot.slot}/${quirky}`;
  let list = choicesBySlot.get(key);
  if (list === undefined) {
    const all = slot.items(wearer);
    const fitting = all.filter((item) => (item.quirk !== undefined) === quirky);
    list = fitting.length > 0 ? fitting : all;
    choicesBySlot.set(key, list);
  }
  return list;
}

function starsOf(random: Random, item: CatalogueItem, slot: Slot): number {
  if (!slot.stars || item.quirk === 'seed-ring') return 0;
  if (item.name.startsWith('제네시스')) return 22;
  const wanted = random.pick(STARS);
  if (item.quirk === 'superior' || item.quirk === 'scrolled') return Math.min(wanted, 12);
  return Math.min(wanted, maxStars(item.level));
}

/** Most stars an item of the level can have. */
function maxStars(level: number): number {
  if (level < 95) return 5;
  if (level < 108) return 8;
  if (level < 118) return 10;
  return level < 128 ? 15 : level < 138 ? 20 : 30;
}

interface PotentialOrder {
  readonly kind: Kind;
  readonly item: CatalogueItem;
  readonly group: LineGroup | null;
  readonly wearer: GameClass;
}

function potential(random: Random, { kind, item, group, wearer }: PotentialOrder): PotentialTexts {
  const grade = group === null ? null : drawGrade(random, kind);
  if (group === null || grade === null) return NO_POTENTIAL;
  const [first, second, third] = drawLines(random, wearer, { kind, group, grade, level: item.level });
  return {
    grade: GRADE_NAMES[grade],
    sealed: item.quirk === 'sealed' && kind === 'additional',
    lines: [first, second, item.quirk === 'unknown-line' && kind === 'main' ? UNKNOWN_LINE : third],
  };
}

function drawGrade(random: Random, kind: Kind): keyof typeof GRADE_NAMES | null {
  const at = random.next() + (kind === 'main' ? 0.2 : 0);
  if (at < 0.05) return null;
  if (at < 0.12) return 'rare';
  return at < 0.3 ? 'epic' : at < 0.6 ? 'unique' : 'legendary';
}
