import { createHash } from 'node:crypto';
import type { Outcome } from '../../domain/valuation-request/settlement.ts';

/** What became of a request, as one byte: the outcome in the low bits, marks above. */
const PENDING = 0;
const OUTCOMES = { valued: 1, ignored: 2, parked: 3 } as const;
const NAMES = ['missing', 'valued', 'ignored', 'parked'] as const;
const OUTCOME_BITS = 3;
const WANTED = 4;
const EXPECTED = 8;
const SETTLED_TWICE = 16;

/** No request stands before the first of its character. */
const NONE = -1;

/** A request of the ledger, for people to look up. */
export interface LedgerEntry {
  readonly requestId: string;
  readonly characterKey: string;
  readonly position: string;
}

export interface LedgerSums {
  readonly expected: number;
  readonly valued: number;
  readonly ignored: number;
  readonly parked: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly digest: string;
  /** The first of them. */
  readonly listed: { readonly missing: readonly LedgerEntry[]; readonly duplicates: readonly LedgerEntry[] };
}

interface Range {
  readonly characterKey: string;
  readonly after: number;
  readonly through: number;
}

/**
 * Requests and their outcomes, a few bytes each in typed arrays: 29 bytes a request, however many. Requests are entered in
 * log order; those of one character are chained from the newest back, so that a settlement walks over what it covers.
 */
export class RequestLedger {
  #count = 0;
  #positions = new Float64Array(1024);
  #ids = new Uint32Array(4 * 1024);
  #previous = new Int32Array(1024);
  #characterOf = new Uint32Array(1024);
  #marks = new Uint8Array(1024);
  readonly #characters = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #newest: number[] = [];

  /** `wanted`: it is expected to have an outcome in the end, unless it has one when `begin` is called. */
  enter(request: { requestId: string; characterKey: string; position: number; wanted: boolean }): void {
    const index = this.#count;
    if (index === this.#positions.length) this.#grow();
    this.#count += 1;
    const character = this.#characterIndex(request.characterKey);
    this.#positions[index] = request.position;
    this.#writeId(index, request.requestId);
    this.#previous[index] = this.#newest[character] ?? NONE;
    this.#characterOf[index] = character;
    this.#marks[index] = request.wanted ? WANTED : 0;
    this.#newest[character] = index;
  }

  /** Gives the requests of a range their outcome. False when the range has none. */
  settle(range: Range, outcome: Outcome): boolean {
    return this.#each(range, (marks) => {
      const twice = (marks & OUTCOME_BITS) === PENDING ? 0 : SETTLED_TWICE;
      return (marks & ~OUTCOME_BITS) | OUTCOMES[outcome] | twice;
    });
  }

  /** Makes the requests of a range pending again. */
  reopen(range: Range, wanted: boolean): void {
    this.#each(range, (marks) => (marks & ~OUTCOME_BITS) | (wanted ? WANTED : 0));
  }

  /** Gives the requests of a range another outcome than the one they had. */
  overrule(range: Range, outcome: Outcome): void {
    this.#each(range, (marks) => (marks & ~OUTCOME_BITS) | OUTCOMES[outcome]);
  }

  /** From now on, what is wanted, pending and at or below `mark` is expected to be settled. */
  begin(mark: number): void {
    for (let index = 0; index < this.#count; index += 1) {
      const marks = this.#marks[index] ?? 0;
      if ((marks & WANTED) === 0 || (marks & OUTCOME_BITS) !== PENDING) continue;
      if ((this.#positions[index] ?? 0) <= mark) this.#marks[index] = marks | EXPECTED;
    }
  }

  /** Counts what is expected, and hashes it in the order of the request ids. Lists at most `most` of a kind. */
  sums(most: number): LedgerSums {
    const counts = [0, 0, 0, 0];
    const listed = { missing: [] as LedgerEntry[], duplicates: [] as LedgerEntry[] };
    let duplicates = 0;
    const hash = createHash('sha256');
    let lines = '';
    let before = NONE;
    for (const index of this.#expectedInOrder()) {
      const marks = this.#marks[index] ?? 0;
      const outcome = marks & OUTCOME_BITS;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (outcome === PENDING && listed.missing.length < most) listed.missing.push(this.#entry(index));
      const again = before !== NONE && this.#compareIds(before, index) === 0;
      if (again || (marks & SETTLED_TWICE) !== 0) {
        duplicates += 1;
        if (listed.duplicates.length < most) listed.duplicates.push(this.#entry(index));
      }
      lines += `${this.#idText(index)} ${NAMES[outcome] ?? ''}\n`;
      if (lines.length > 65_536) {
        hash.update(lines);
        lines = '';
      }
      before = index;
    }
    const [missing = 0, valued = 0, ignored = 0, parked = 0] = counts;
    const expected = missing + valued + ignored + parked;
    const digest = hash.update(lines).digest('hex');
    return { expected, valued, ignored, parked, missing, duplicates, digest, listed };
  }

  #each({ characterKey, after, through }: Range, change: (marks: number) => number): boolean {
    const character = this.#characters.get(characterKey);
    let any = false;
    for (let index = this.#newest[character ?? NONE] ?? NONE; index !== NONE; index = this.#previous[index] ?? NONE) {
      const position = this.#positions[index] ?? 0;
      if (position <= after) break;
      if (position > through) continue;
      this.#marks[index] = change(this.#marks[index] ?? 0);
      any = true;
    }
    return any;
  }

  #expectedInOrder(): Uint32Array {
    let expected = 0;
    const order = new Uint32Array(this.#count);
    for (let index = 0; index < this.#count; index += 1) {
      if (((this.#marks[index] ?? 0) & EXPECTED) !== 0) order[expected++] = index;
    }
    return order.subarray(0, expected).sort((a, b) => this.#compareIds(a, b));
  }

  #compareIds(a: number, b: number): number {
    for (let word = 0; word < 4; word += 1) {
      const difference = (this.#ids[4 * a + word] ?? 0) - (this.#ids[4 * b + word] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #entry(index: number): LedgerEntry {
    return {
      requestId: this.#idText(index),
      characterKey: this.#keys[this.#characterOf[index] ?? NONE] ?? '',
      position: String(this.#positions[index]),
    };
  }

  #characterIndex(key: string): number {
    const known = this.#characters.get(key);
    if (known !== undefined) return known;
    const index = this.#keys.length;
    this.#characters.set(key, index);
    this.#keys.push(key);
    this.#newest.push(NONE);
    return index;
  }

  #writeId(index: number, uuid: string): void {
    const hex = uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
    if (hex.length !== 32) throw new RangeError(`not a request id: ${uuid}`);
    for (let word = 0; word < 4; word += 1) {
      this.#ids[4 * index + word] = parseInt(hex.slice(8 * word, 8 * word + 8), 16);
    }
  }

  #idText(index: number): string {
    const words = Array.from(this.#ids.subarray(4 * index, 4 * index + 4), (word) =>
      word.toString(16).padStart(8, '0'),
    );
    const hex = words.join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #grow(): void {
    const size = 2 * this.#positions.length;
    this.#positions = copyInto(new Float64Array(size), this.#positions);
    this.#ids = copyInto(new Uint32Array(4 * size), this.#ids);
    this.#previous = copyInto(new Int32Array(size), this.#previous);
    this.#characterOf = copyInto(new Uint32Array(size), this.#characterOf);
    this.#marks = copyInto(new Uint8Array(size), this.#marks);
  }
}

function copyInto<T extends Float64Array | Uint32Array | Int32Array | Uint8Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}
