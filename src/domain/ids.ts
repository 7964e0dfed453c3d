import { createHash } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

/** Namespace of every derived id of this product (a random uuid, fixed for ever). */
const NAMESPACE = '5f3c1c52-6a59-4a5e-9a6f-0f3a7f6f3b0e';

/** A uuid v5 that depends on all parts and on where one ends and the next begins. */
export function derivedId(...parts: readonly (string | number)[]): string {
  return uuidV5(JSON.stringify(parts), NAMESPACE);
}

/** SHA-256 as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
