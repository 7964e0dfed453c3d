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

/** A packed part, and what stands for it in the names of those around it: equal exactly for equal parts. */
interface Part {
  readonly packed: Packed;
  readonly name: string;
}

/** Packs plain JSON data. Properties that are `undefined` are left out, as in JSON; key order is kept. */
export function pack(value: unknown): PackedDocument {
  const shapes = numbering();
  const written = numbering();
  const visit = (part: unknown): Part => {
    if (typeof part !== 'object' || part === null) return { packed: part as Packed, name: JSON.stringify(part) };
    if (Array.isArray(part)) return write(LIST, part);
    const fields = Object.entries(part).filter(([, child]) => child !== undefined) as [string, unknown][];
    const shape = shapes.numberOf(JSON.stringify(fields.map(([key]) => key)));
    return write(
      shape,
      fields.map(([, child]) => child),
    );
  };
  const write = (head: number, children: readonly unknown[]): Part => {
    const packed: Packed[] = [head];
    let name = `${head}`;
    for (const child of children) {
      const part = visit(child);
      packed.push(part.packed);
      name += `,${part.name}`;
    }
    const before = written.count();
    const number = written.numberOf(name);
    return { packed: number < before ? [REPEAT, number] : packed, name: `#${number}` };
  };
  const { packed } = visit(value);
  return { value: packed, shapes: shapes.texts().map((text) => JSON.parse(text) as string[]) };
}

/** Numbers texts in the order in which they are first asked for. */
function numbering() {
  const numbers = new Map<string, number>();
  return {
    count: () => numbers.size,
    numberOf: (text: string) => {
      const number = numbers.get(text) ?? numbers.size;
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
