import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { fingerprint } from '../../src/domain/character/fingerprint.ts';
import { normaliseEquipment } from '../../src/domain/character/normalise.ts';
import type { BasicPayload, EquipmentPayload } from '../../src/domain/character/payload.ts';
import { canBeMade } from '../../src/domain/valuation/bonus-options/boss-item.ts';
import { parseBonusOptionRules } from '../../src/domain/valuation/bonus-options/rules.ts';
import { slots, type LineGroup } from '../../src/standin/characters/catalogue.ts';
import { classes } from '../../src/standin/characters/classes.ts';
import type { StandinCharacter } from '../../src/standin/characters/character.ts';
import { derivedCharacter } from '../../src/standin/characters/derived.ts';
import { linesOf, type Kind, type LineGrade } from '../../src/standin/characters/lines.ts';
import { DORMANT_NAME, sampleCharacters } from '../../src/standin/characters/samples.ts';
import { sharedData, skipLoudly } from '../support/shared-data.ts';

const parse = (body: Buffer): unknown => JSON.parse(body.toString('utf8'));
const equipmentOf = (character: StandinCharacter) => parse(character.equipment()) as EquipmentPayload;
const basicOf = (character: StandinCharacter) => parse(character.basic()) as BasicPayload;
const normalised = (character: StandinCharacter) => normaliseEquipment(basicOf(character), equipmentOf(character));
const KIB = 1000;

describe('sample characters', () => {
  const samples = sampleCharacters('pve').filter(({ name }) => name !== DORMANT_NAME);

  it('are of different classes, 강은호 among them', () => {
    expect(samples.map(({ name }) => name)).to.include('강은호');
    expect(new Set(samples.map((sample) => equipmentOf(sample).character_class)).size).to.equal(samples.length);
  });

  for (const sample of samples) {
    it(`${sample.name} has a payload of 250 to 350 KB and three presets of 24 items`, () => {
      expect(sample.equipment().length).to.be.within(250 * KIB, 350 * KIB);
      const { presets, items } = normalised(sample);
      expect(presets.map((preset) => preset.items.length)).to.deep.equal([24, 24, 24]);
      expect(items.length).to.be.within(30, 60);
    });
  }

  it('wear what cannot be valued, too: scrolled, superior, sealed, unknown, seed rings', () => {
    const items = samples.flatMap((sample) => normalised(sample).items);
    const some = (what: (item: (typeof items)[number]) => boolean): boolean => items.some(what);
    expect(some(({ starScroll }) => starScroll)).to.equal(true);
    expect(some(({ name }) => name.includes('타일런트'))).to.equal(true);
    expect(some(({ additionalPotential }) => additionalPotential.sealed)).to.equal(true);
    expect(some(({ potential }) => potential.lines[2]?.startsWith('버프') === true)).to.equal(true);
    expect(some(({ specialRingLevel }) => specialRingLevel > 0)).to.equal(true);
  });

  it('are what is worn: item_equipment repeats the active preset', () => {
    for (const sample of samples) {
      const equipment = equipmentOf(sample);
      const active = equipment[`item_equipment_preset_${equipment.preset_no as 1 | 2 | 3}`];
      expect(equipment.item_equipment).to.deep.equal(active);
    }
  });

  it('are the same in every process: nothing but the seed makes them', () => {
    const [first] = sampleCharacters('pve');
    const [again] = sampleCharacters('pve');
    const [other] = sampleCharacters('another seed');
    expect(again!.equipment().equals(first!.equipment())).to.equal(true);
    expect(other!.equipment().equals(first!.equipment())).to.equal(false);
  });

  it('have totals that add up', () => {
    type Option = Record<string, string>;
    type FullItem = Record<`item_${'total' | 'base' | 'add' | 'etc' | 'starforce'}_option`, Option>;
    for (const item of equipmentOf(samples[0]!).item_equipment as unknown as FullItem[]) {
      const parts = [item.item_base_option, item.item_add_option, item.item_etc_option, item.item_starforce_option];
      for (const name of ['str', 'int', 'max_hp', 'attack_power', 'magic_power', 'armor', 'all_stat']) {
        const sum = parts.reduce((total, part) => total + Number(part[name] ?? 0), 0);
        expect(Number(item.item_total_option[name]), name).to.equal(sum);
      }
    }
  });
});

describe('derived characters', () => {
  it('differ: 1,000 of them have 1,000 fingerprints and more than 12,000 items', function () {
    this.timeout(60_000);
    const fingerprints = new Set<string>();
    const items = new Set<string>();
    const seen = new Set<string | null>();
    for (let number = 1; number <= 1000; number += 1) {
      const character = derivedCharacter('pve', number);
      const body = character.equipment();
      expect(body.length).to.be.within(250 * KIB, 350 * KIB);
      const equipment = normaliseEquipment(basicOf(character), parse(body) as EquipmentPayload);
      fingerprints.add(fingerprint(equipment));
      seen.add(equipment.characterClass);
      for (const item of equipment.items) items.add(JSON.stringify(item));
    }
    expect(fingerprints.size).to.equal(1000);
    expect(items.size).to.be.greaterThan(12_000);
    expect(seen.size).to.equal(classes.length);
  });

  it('are the same whenever they are made', () => {
    for (const number of [1, 42, 9_999_999]) {
      const [once, twice] = [derivedCharacter('pve', number), derivedCharacter('pve', number)];
      expect(once.equipment().equals(twice.equipment())).to.equal(true);
      expect(once.basic().equals(twice.basic())).to.equal(true);
    }
  });
});

describe('potential lines', () => {
  const GROUP_SLOTS: Record<LineGroup, string[]> = {
    weapon: ['weapon'],
    secondary: ['secondary', 'forceShieldSoulRing'],
    emblem: ['emblem'],
    hat: ['hat'],
    gloves: ['gloves'],
    armour: ['top', 'bottom', 'shoes', 'cape', 'belt', 'shoulder'],
    accessory: ['face', 'eye', 'earring', 'ring', 'pendant'],
    heart: ['heart'],
  };
  /** Rows of a CSV file whose fields hold no commas but in quotes at the end. */
  const rowsOf = (file: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it('are all in the official tables, for the grade, slot and level they are drawn for', function () {
    const file = sharedData('reference/tables/potential_pools_legendary_unique.csv');
    if (file === undefined) skipLoudly(this, 'the reference tables are not beside the project');
    const known = new Set(
      rowsOf(file).map(([kind, band, slot, grade, line]) => [kind, band, slot, grade, line].join('|')),
    );
    const bands: [string, number][] = [
      ['100', 110],
      ['120-200', 200],
      ['201-250', 250],
    ];
    let checked = 0;
    for (const kind of ['main', 'additional'] as Kind[]) {
      for (const grade of ['unique', 'legendary'] as LineGrade[]) {
        for (const [band, level] of bands) {
          for (const [group, names] of Object.entries(GROUP_SLOTS)) {
            for (const slot of names.filter((name) => worn(group as LineGroup, name, level))) {
              for (const line of linesOf({ kind, group: group as LineGroup, grade, level })) {
                expect(
                  known.has([kind, band, slot, grade, line].join('|')),
                  `${kind} ${band} ${slot} ${grade} ${line}`,
                ).to.equal(true);
                checked += 1;
              }
            }
          }
        }
      }
    }
    expect(checked).to.be.greaterThan(1000);
  });

  /** Whether the catalogue has an item of the slot and level band at all. */
  function worn(group: LineGroup, name: string, level: number): boolean {
    if (group === 'hat' && level === 110) return false;
    if (level <= 200) return true;
    return ['hat', 'top', 'bottom'].includes(name);
  }

  it('exist for every item of the catalogue that can have them', () => {
    for (const slot of slots) {
      for (const item of classes.flatMap((wearer) => slot.items(wearer))) {
        if (slot.lines === null) continue;
        for (const kind of ['main', 'additional'] as Kind[]) {
          for (const grade of ['normal', 'rare', 'epic', 'unique', 'legendary'] as LineGrade[]) {
            expect(linesOf({ kind, group: slot.lines, grade, level: item.level })).to.have.length.greaterThan(3);
          }
        }
      }
    }
  });
});

describe('bonus options', () => {
  const file = new URL('../../rules/bonus-options/kms2026.json', import.meta.url);
  const rules = parseBonusOptionRules(JSON.parse(readFileSync(file, 'utf8')));
  const bossNames = new Set(
    slots.flatMap(({ items }) => classes.flatMap(items)).flatMap((item) => (item.boss === true ? [item.name] : [])),
  );

  it('are sums that the game can make on that item', () => {
    const items = sampleCharacters('pve')
      .filter(({ name }) => name !== DORMANT_NAME)
      .flatMap((sample) => normalised(sample).items)
      .filter(({ bonusOptions }) => Object.values(bonusOptions).some((sum) => sum > 0));
    expect(items).to.have.length.greaterThan(100);
    for (const item of items) {
      const kind = item.slot === '무기' ? 'weapon' : 'armor';
      expect(
        canBeMade(item.bonusOptions, { ...item, kind, boss: bossNames.has(item.name) }, rules),
        item.name,
      ).to.equal(true);
    }
  });
});
