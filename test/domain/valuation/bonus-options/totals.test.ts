import { expect } from 'chai';
import { normaliseEquipment } from '../../../../src/domain/character/normalise.ts';
import type { BasicPayload, EquipmentPayload } from '../../../../src/domain/character/payload.ts';
import { defaultAssumptions } from '../../../../src/domain/valuation/assumptions.ts';
import { valuate } from '../../../../src/domain/valuation/valuate.ts';
import { derivedCharacter } from '../../../../src/standin/characters/derived.ts';
import { convolved, quantileOf } from '../distribution/convolved.ts';
import { anItem } from '../items.ts';
import { ruleSet } from '../rule-sets.ts';

const PRICE = 3_000_000;
const CHARACTERS = 18;
/** Resets that a sum counts one by one; one of more is too small beside them to be seen. */
const COUNTED = 2 ** 14;
const quantiles = { p10: 0.1, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 };

const parse = (body: Buffer): unknown => JSON.parse(body.toString('utf8'));

/** What the stand-in's character of that number wears, without stars and potentials. */
function equipmentOf(number: number) {
  const { basic, equipment } = derivedCharacter('bench', number);
  const whole = normaliseEquipment(parse(basic()) as BasicPayload, parse(equipment()) as EquipmentPayload);
  const { potential, additionalPotential } = anItem();
  return { ...whole, items: whole.items.map((item) => ({ ...item, stars: 0, potential, additionalPotential })) };
}

describe('bonus options of a preset', () => {
  it('cost a whole number of resets at every quantile, as a plain convolution says', () => {
    const rules = ruleSet();
    let exact = 0;
    for (let number = 1; number <= CHARACTERS; number++) {
      const equipment = equipmentOf(number);
      const { items, presets } = valuate(equipment, rules, defaultAssumptions);
      for (const [index, { preset, components }] of presets.entries()) {
        const total = components.bonusOptions.cost!;
        const parts = equipment.presets[index]!.items.flatMap((item) => {
          const { bonusOptions } = items[item]!.components;
          return bonusOptions.status === 'valued' ? [{ p: 1 / bonusOptions.facts.trials.mean, cost: 1 }] : [];
        });
        const masses = convolved(parts, Math.ceil((total.mean + 12 * total.sd) / PRICE));
        for (const [name, q] of Object.entries(quantiles)) {
          const found = total[name as keyof typeof quantiles];
          const resets = quantileOf(masses, q);
          const what = `${name} of preset ${preset} of character ${number}`;
          if (resets < COUNTED) expect(found, what).to.equal(resets * PRICE);
          else expect(found / PRICE, what).to.be.closeTo(resets, resets * 1e-4);
          if (resets < COUNTED) exact += 1;
        }
      }
    }
    expect(exact).to.be.greaterThan(CHARACTERS * 3 * 5);
  });
});
