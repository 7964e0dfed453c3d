/**
 * One text per value, in the manner of RFC 8785: keys sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them. What is hashed, compared or signed is this text. A property that is `undefined` is left out,
 * as in JSON; whatever JSON cannot carry unchanged is refused.
 * @throws TypeError for NaN, infinities, lone surrogates, `undefined` in an array, and for values that are not plain data
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isPlainObject(value)) return canonicalObject(value);
  throw new TypeError(`a ${typeof value} that is not plain data has no canonical JSON`);
}

function canonicalObject(value: Record<string, unknown>): string {
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    if (value[key] !== undefined) members.push(`${canonicalString(key)}:${canonicalJson(value[key])}`);
  }
  return `{${members.join(',')}}`;
}

function canonicalString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('a lone surrogate has no canonical JSON');
  return JSON.stringify(text);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
