import { expect } from 'chai';
import fc from 'fast-check';
import { normaliseEquipment } from '../../../src/domain/character/normalise.ts';
import {
  PayloadError,
  type BasicPayload,
  type EquipmentPayload,
  type ItemPayload,
} from '../../../src/domain/character/payload.ts';
import { basicPayload, bonusOptionPayload, equipmentPayload, itemPayload } from './payloads.ts';

const normalise = (equipment: Partial<EquipmentPayload>, basic: Partial<BasicPayload> = {}) =>
  normaliseEquipment(basicPayload(basic), equipmentPayload(equipment));
const only = (changes: Partial<ItemPayload>) =>
  normalise({ item_equipment_preset_1: [itemPayload(changes)] }).items[0]!;
const slots = (equipment: ReturnType<typeof normalise>, preset: number) =>
  equipment.presets.find((each) => each.preset === preset)?.items.map((index) => equipment.items[index]!.slot);
const ring = (slot: string, changes: Partial<ItemPayload> = {}) =>
  itemPayload({ item_equipment_part: '반지', item_equipment_slot: slot, item_name: '마이스터링', ...changes });

describe('normalising an item', () => {
  it('reads the numbers from their texts', () => {
    const item = only({
      starforce: '22',
      item_add_option: bonusOptionPayload({ int: '130', luk: '42', all_stat: '5', max_hp: '-3', str: '-0' }),
      item_base_option: { attack_power: '0', magic_power: '347', base_equipment_level: 200 },
    });
    expect(item).to.include({ level: 200, stars: 22, baseAttackPower: 0, baseMagicPower: 347, starScroll: false });
    expect(item.bonusOptions).to.include({ int: 130, luk: 42, allStat: 5, maxHp: -3 });
    expect(Object.is(item.bonusOptions.str, 0)).to.equal(true);
  });

  it('gives the level reduction as a positive number, whatever its sign', () => {
    for (const decrease of [20, -20]) {
      const option = bonusOptionPayload({ equipment_level_decrease: decrease });
      expect(only({ item_add_option: option }).bonusOptions.levelDecrease).to.equal(20);
    }
  });

  it('keeps potential lines byte for byte, absent ones as null and never as text', () => {
    const { potential, additionalPotential } = only({ potential_option_flag: 'true', potential_option_3: null });
    expect(potential).to.deep.equal({ grade: 'legendary', sealed: true, lines: ['INT +13%', 'INT +10%', null] });
    expect(additionalPotential).to.deep.equal({ grade: 'unique', sealed: false, lines: ['마력 +11', 'INT +4%', null] });
  });

  it('keeps a grade it does not know verbatim', () => {
    for (const unknown of ['스페셜', 'constructor', '']) {
      expect(only({ potential_option_grade: unknown }).potential).to.include({ grade: null, unknownGrade: unknown });
    }
    expect(only({ potential_option_grade: null }).potential).to.not.have.property('unknownGrade');
  });

  it('knows items starred by scroll in both notations', () => {
    expect(['사용', '1', '미사용', '0'].map((text) => only({ starforce_scroll_flag: text }).starScroll)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  const base = { attack_power: '0', magic_power: '0', base_equipment_level: 200 };
  const malformed: [string, Partial<ItemPayload>][] = [
    ['starforce', { starforce: '' }],
    ['starforce', { starforce: '-1' }],
    ['starforce', { starforce: '2e1' }],
    ['starforce', { starforce: ' 22' }],
    ['starforce', { starforce: 'null' }],
    ['item_add_option.int', { item_add_option: bonusOptionPayload({ int: '1,300' }) }],
    ['item_add_option.all_stat', { item_add_option: bonusOptionPayload({ all_stat: '5%' }) }],
    ['item_add_option.damage', { item_add_option: bonusOptionPayload({ damage: 'NaN' }) }],
    [
      'item_add_option.equipment_level_decrease',
      { item_add_option: bonusOptionPayload({ equipment_level_decrease: 0.5 }) },
    ],
    ['item_base_option.base_equipment_level', { item_base_option: { ...base, base_equipment_level: NaN } }],
    ['item_base_option.base_equipment_level', { item_base_option: { ...base, base_equipment_level: -1 } }],
    ['item_base_option.attack_power', { item_base_option: { ...base, attack_power: 'Infinity' } }],
    ['item_base_option.magic_power', { item_base_option: { ...base, magic_power: '0x10' } }],
    ['starforce_scroll_flag', { starforce_scroll_flag: '아마' }],
    ['potential_option_flag', { potential_option_flag: 'yes' }],
    ['additional_potential_option_flag', { additional_potential_option_flag: 'True' }],
    ['special_ring_level', { special_ring_level: 1.5 }],
  ];
  for (const [index, [field, changes]] of malformed.entries()) {
    it(`names ${field} when it cannot be calculated with (${index + 1})`, () => {
      const list = [itemPayload(), itemPayload(changes)];
      expect(() => normalise({ item_equipment_preset_1: list }))
        .to.throw(PayloadError)
        .with.property('field', `item_equipment_preset_1[1].${field}`);
    });
  }
});

describe('normalising presets', () => {
  it('lists distinct items once: the same item on another slot, or with another star, is another', () => {
    const equipment = normalise({
      item_equipment_preset_1: [itemPayload(), ring('반지1')],
      item_equipment_preset_2: [itemPayload(), ring('반지2')],
      item_equipment_preset_3: [itemPayload(), ring('반지1', { starforce: '17' })],
    });
    expect(equipment.items).to.have.length(4);
    expect(equipment.presets).to.deep.equal([
      { preset: 1, items: [0, 1] },
      { preset: 2, items: [0, 2] },
      { preset: 3, items: [0, 3] },
    ]);
  });

  it('does not count item_equipment as a fourth preset', () => {
    const equipment = normalise({ item_equipment: [ring('반지4')] });
    expect(equipment.presets.map(({ preset }) => preset)).to.deep.equal([1]);
    expect(equipment.items.map(({ slot }) => slot)).to.deep.equal(['모자']);
  });

  it('leaves a null preset out, but item_equipment stands in for the active one', () => {
    const worn = { preset_no: 2, item_equipment: [ring('반지4')] };
    const equipment = normalise(worn);
    expect(slots(equipment, 1)).to.deep.equal(['모자']);
    expect(slots(equipment, 2)).to.deep.equal(['반지4']);
    expect(slots(equipment, 3)).to.equal(undefined);
    expect(slots(normalise({ ...worn, item_equipment_preset_2: [] }), 2)).to.deep.equal(['반지4']);
  });

  it('takes what is worn as preset 1 when the API names no preset', () => {
    const equipment = normalise({ preset_no: null, item_equipment: [ring('반지1')] });
    expect(equipment.activePreset).to.equal(1);
    expect(slots(equipment, 1)).to.deep.equal(['반지1']);
  });

  it('keeps an empty preset as empty', () => {
    expect(slots(normalise({ item_equipment_preset_3: [] }), 3)).to.deep.equal([]);
    const dormant = normalise({ preset_no: null, item_equipment: [], item_equipment_preset_1: null });
    expect(dormant).to.deep.include({ items: [], presets: [{ preset: 1, items: [] }] });
  });

  it('puts every list into the order of the slots, unknown slots last', () => {
    const list = ['펜던트2', '미래 슬롯', '반지2', '무기', '반지1', '모자'].map((slot) => ring(slot));
    const expected = ['모자', '무기', '반지1', '반지2', '펜던트2', '미래 슬롯'];
    expect(slots(normalise({ item_equipment_preset_1: list }), 1)).to.deep.equal(expected);
  });

  it('takes the class of the equipment itself, else of the profile', () => {
    expect(normalise({}, { character_class: '아델' }).characterClass).to.equal('에반');
    expect(normalise({ character_class: null }, { character_class: '아델' }).characterClass).to.equal('아델');
  });

  const refused: [string, Partial<EquipmentPayload>, Partial<BasicPayload>][] = [
    ['preset_no', { preset_no: 4 }, {}],
    ['character_class', { character_class: null }, { character_class: null }],
    ['character_level', {}, { character_level: null }],
    ['character_level', {}, { character_level: 0 }],
    ['character_level', {}, { character_level: 1.5 }],
  ];
  for (const [field, equipment, basic] of refused) {
    it(`names ${field} when it cannot be used: ${JSON.stringify({ ...equipment, ...basic })}`, () => {
      expect(() => normalise(equipment, basic))
        .to.throw(PayloadError)
        .with.property('field', field);
    });
  }
});

describe('normalising anything', () => {
  const text = fc.oneof(
    fc.integer({ min: -99, max: 9999 }).map(String),
    fc.string(),
    fc.constantFrom('null', 'NaN', '1e9', ''),
  );
  const number = fc.oneof(fc.nat(300), fc.double(), fc.integer());
  const bonus = fc
    .tuple(text, text, number)
    .map(([int, all_stat, equipment_level_decrease]) =>
      bonusOptionPayload({ int, all_stat, equipment_level_decrease }),
    );
  const item = fc
    .record({ starforce: text, special_ring_level: number, item_add_option: bonus, level: number, attack_power: text })
    .map(({ level, attack_power, ...rest }) =>
      itemPayload({ ...rest, item_base_option: { attack_power, magic_power: '0', base_equipment_level: level } }),
    );

  /** Every number anywhere in the value. */
  const numbersIn = (value: unknown): number[] =>
    typeof value === 'number'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(numbersIn)
        : [];

  it('gives whole numbers or an error that names the field, never NaN or Infinity', () => {
    let normal = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.array(item, { maxLength: 3 }), (items) => {
        // A refusal is one of the two right outcomes.
        try {
          const equipment = normalise({ item_equipment_preset_1: items });
          expect(numbersIn(equipment).every(Number.isSafeInteger)).to.equal(true);
          normal += 1;
        } catch (error) {
          if (!(error instanceof PayloadError)) throw error;
          expect(error.field).to.match(/^item_equipment_preset_1\[\d\]\./);
          refused += 1;
        }
      }),
      { numRuns: 3000 },
    );
    expect(normal).to.be.greaterThan(100);
    expect(refused).to.be.greaterThan(100);
  });
});
