import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { fingerprint } from '../../../src/domain/character/fingerprint.ts';
import { normaliseEquipment } from '../../../src/domain/character/normalise.ts';
import type { EquipmentPayload, ItemPayload } from '../../../src/domain/character/payload.ts';
import { basicPayload, bonusOptionPayload, equipmentPayload, itemPayload } from './payloads.ts';

const printOf = (equipment: EquipmentPayload): string => fingerprint(normaliseEquipment(basicPayload(), equipment));
const withItem = (changes: Partial<ItemPayload>): EquipmentPayload =>
  equipmentPayload({ item_equipment_preset_1: [itemPayload(changes)] });

/** The same data with all keys inserted in the opposite order. */
function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversedKeys(inner)]),
  );
}

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units and prints numbers as RFC 8785 does', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 };
    expect(canonicalJson(value)).to.equal('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
    const numbers = [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0];
    expect(canonicalJson(numbers)).to.equal('[333333333.3333333,1e+30,4.5,0.002,1e-27,0]');
  });

  it('leaves undefined properties out, as JSON does', () => {
    expect(canonicalJson({ b: undefined, a: null })).to.equal('{"a":null}');
  });

  for (const bad of [
    NaN,
    Infinity,
    -Infinity,
    [undefined],
    new Date(0),
    1n,
    new Map(),
    () => 1,
    '\ud800',
    { '\udc00': 1 },
  ]) {
    it(`refuses ${typeof bad === 'object' ? Object.prototype.toString.call(bad) : JSON.stringify(String(bad))}`, () => {
      expect(() => canonicalJson({ in: bad })).to.throw(TypeError);
    });
  }

  it('does not depend on key order, and reads back as the same data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversedKeys(value))).to.equal(text);
        expect(canonicalJson(JSON.parse(text))).to.equal(text);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('the fingerprint', () => {
  it('is 64 hex digits and the same for the same equipment', () => {
    expect(printOf(equipmentPayload()))
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(printOf(equipmentPayload()));
  });

  it('does not depend on key order, list order or fields that do not matter', () => {
    const rings = [1, 2, 3].map((n) => itemPayload({ item_equipment_slot: `반지${n}`, item_name: `링 ${n}` }));
    const equipment = equipmentPayload({ item_equipment_preset_1: rings });
    const shuffled = { ...equipment, item_equipment_preset_1: [...rings].reverse() };
    const noisy = {
      ...equipment,
      date: '2026-01-01',
      title: { title_name: '예티X핑크빈' },
      item_equipment_preset_1: rings.map((ring) => ({ ...ring, item_shape_name: '투명 반지', date_expire: 'x' })),
    };
    const expected = printOf(equipment);
    expect(printOf(reversedKeys(equipment) as EquipmentPayload)).to.equal(expected);
    expect(printOf(shuffled)).to.equal(expected);
    expect(printOf(noisy)).to.equal(expected);
  });

  const changes: [string, EquipmentPayload][] = [
    ['a star', withItem({ starforce: '21' })],
    ['a potential line', withItem({ potential_option_3: 'INT +10%' })],
    ['a lost additional line', withItem({ additional_potential_option_2: null })],
    ['a grade', withItem({ potential_option_grade: '유니크' })],
    ['a bonus option', withItem({ item_add_option: bonusOptionPayload({ int: '5' }) })],
    ['the icon, which the answer shows', withItem({ item_icon: 'https://example.invalid/icon/NEW' })],
    ['the slot', withItem({ item_equipment_slot: '반지1' })],
    ['the active preset', equipmentPayload({ preset_no: 2, item_equipment_preset_2: [itemPayload()] })],
    ['one more item', equipmentPayload({ item_equipment_preset_1: [itemPayload(), itemPayload({ starforce: '1' })] })],
  ];
  for (const [what, equipment] of changes) {
    it(`changes with ${what}`, () => {
      expect(printOf(equipment)).to.not.equal(printOf(equipmentPayload()));
    });
  }

  it("changes with the character's level, which lines per nine levels depend on", () => {
    const older = fingerprint(normaliseEquipment(basicPayload({ character_level: 286 }), equipmentPayload()));
    expect(older).to.not.equal(printOf(equipmentPayload()));
  });
});
