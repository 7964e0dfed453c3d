import { readFileSync } from 'node:fs';
import type { Context } from 'mocha';
import type { NormalisedEquipment } from '../../../src/domain/character/equipment.ts';
import { normaliseEquipment } from '../../../src/domain/character/normalise.ts';
import type { EquipmentPayload } from '../../../src/domain/character/payload.ts';
import { sharedData, skipLoudly } from '../../support/shared-data.ts';

/** The equipment of a real level-285 Evan: three presets, 34 distinct items. Skips the test where the payload is missing. */
export function realEquipment(context: Context): NormalisedEquipment {
  const path = sharedData('upstream-samples/evan_equip.json');
  if (path === undefined) skipLoudly(context, 'upstream-samples/evan_equip.json is missing');
  const payload = JSON.parse(readFileSync(path, 'utf8')) as EquipmentPayload;
  const basic = { character_name: '강은호', world_name: '스카니아', character_class: '에반', character_level: 285 };
  return normaliseEquipment(basic, payload);
}
