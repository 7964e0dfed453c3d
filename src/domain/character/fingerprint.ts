import { canonicalJson } from '../canonical-json.ts';
import { sha256 } from '../ids.ts';
import type { NormalisedEquipment } from './equipment.ts';

/**
 * What tells one state of a character's equipment from another: SHA-256 (64 hex digits) over its canonical JSON.
 * Everything the answer shows counts, the icon included, so equal fingerprints mean equal answers; what the normalised
 * form leaves out (looks, scroll counts, expiry dates, titles, the order of the lists) never changes it.
 */
export function fingerprint(equipment: NormalisedEquipment): string {
  return sha256(canonicalJson(equipment));
}
