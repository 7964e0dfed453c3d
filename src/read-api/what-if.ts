import { LRUCache } from 'lru-cache';
import type { Snapshot } from '../domain/character/snapshot.ts';
import { ProblemError } from '../domain/errors.ts';
import { sha256 } from '../domain/ids.ts';
import { assumptionsKey, type Assumptions } from '../domain/valuation/assumptions.ts';
import { parseEstimate } from '../domain/valuation/estimate-input.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Reading } from '../platform/database.ts';
import type { Admission } from '../platform/http/admission.ts';
import { toBrotli } from '../platform/http/encoding.ts';
import type { ExpectationRow } from '../platform/read-models/expectation.ts';
import { findSnapshot } from '../platform/read-models/snapshot.ts';
import { UnderWay } from '../platform/under-way.ts';
import type { ValuationPool } from '../platform/valuation-pool.ts';
import type { Question } from '../platform/valuation-question.ts';

/** What is asked about a character beside the stored answer. */
export interface WhatIf {
  readonly kind: 'valuation' | 'plan' | 'chances';
  readonly assumptions: Assumptions;
  /** The active one where absent. */
  readonly preset: 1 | 2 | 3 | undefined;
  /** Mesos, for `chances`. */
  readonly budget: number | undefined;
}

export interface WhatIfParts {
  readonly database: Reading;
  readonly pool: Pick<ValuationPool, 'answer'>;
  readonly admission: Pick<Admission, 'run'>;
}

/** Whose answer it is, and what tells it from any other. */
type Answered = Pick<ExpectationRow, 'ocid' | 'etag'>;

/** Answers about other assumptions: calculated in threads, remembered as bytes. */
export interface Explorer {
  /**
   * Brotli-compressed JSON about the character whose answer this is, with its ETag. `snapshot`: what that answer is made
   * of, where that is not the stored one.
   */
  explore(
    row: Answered,
    whatIf: WhatIf,
    snapshot?: Snapshot,
  ): Promise<{ readonly body: Buffer; readonly etag: string }>;
  /** JSON about one item given by hand. Throws `ProblemError` naming the field that cannot be used. */
  estimate(input: unknown): Promise<Buffer>;
}

const REMEMBERED_BYTES = 32 * 1024 * 1024;
/** Digits of a spare's price that matter: prices closer than that share an answer, which names the price it used. */
const PRICE_DIGITS = 3;

/** How long a client waits for a calculation, in ms. The calculation goes on: asked again, its answer is there. */
const DEADLINE_MS = 3000;

/** Makes the reader's side of the valuation pool. */
export function createExplorer(parts: WhatIfParts): Explorer {
  const remember = createMemory(parts.admission);
  return {
    async explore(row, asked, snapshot) {
      const sparePrice = Number(asked.assumptions.sparePrice.toPrecision(PRICE_DIGITS));
      const whatIf = { ...asked, assumptions: { ...asked.assumptions, sparePrice } };
      const { kind, preset, budget, assumptions } = whatIf;
      // The ETag of the stored answer stands for the character, its equipment and its date.
      const etag = sha256([row.etag, kind, preset, budget, assumptionsKey(assumptions)].join('|')).slice(0, 32);
      const body = await remember(etag, async () =>
        calculate(parts, snapshot ?? (await findStoredSnapshot(parts.database, row.ocid)), whatIf),
      );
      return { etag, body };
    },
    async estimate(input) {
      const request = parseEstimate(input);
      const question = { kind: 'estimate', request } as const;
      return await remember(sha256(canonicalJson(input)), async () => Buffer.from(await parts.pool.answer(question)));
    },
  };
}

/**
 * Calculates each key once for all who ask at the same time, and keeps the bytes. Admission stands before all that a
 * calculation needs: refusing one must not cost its snapshot.
 */
function createMemory(
  admission: Pick<Admission, 'run'>,
): (key: string, calculation: () => Promise<Buffer>) => Promise<Buffer> {
  const kept = new LRUCache<string, Buffer>({ maxSize: REMEMBERED_BYTES, sizeCalculation: (body) => body.length });
  const underWay = new UnderWay<string, Promise<Buffer>>();
  const start = (key: string, calculation: () => Promise<Buffer>): Promise<Buffer> => {
    const running = admission
      .run('calculations', calculation)
      .then((body) => {
        kept.set(key, body);
        return body;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, running);
    return running;
  };
  return async (key, calculation) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const running = underWay.get(key) ?? start(key, calculation);
    return await withinDeadline(running);
  };
}

async function withinDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const problem = new ProblemError('overloaded', `the calculation takes longer than ${DEADLINE_MS} ms: ask again`);
    timer = setTimeout(() => reject(problem), DEADLINE_MS);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The snapshot behind a stored answer. Throws `ProblemError` `unavailable` while a rebuild has only one of the two. */
export async function findStoredSnapshot(database: Reading, ocid: string): Promise<Snapshot> {
  const snapshot = await database.query((sql) => findSnapshot(sql, ocid));
  if (snapshot === undefined) throw new ProblemError('unavailable', 'the equipment of this character is being stored');
  return snapshot;
}

async function calculate(parts: WhatIfParts, stored: Snapshot, whatIf: WhatIf): Promise<Buffer> {
  const { kind, assumptions, budget, preset } = whatIf;
  const snapshot = preset === undefined ? stored : withPreset(stored, preset);
  const question: Question =
    kind === 'chances' ? { kind, snapshot, assumptions, budget } : { kind, snapshot, assumptions };
  return await toBrotli(Buffer.from(await parts.pool.answer(question)));
}

/** The snapshot as if this preset were worn and the others not there. */
function withPreset(snapshot: Snapshot, preset: 1 | 2 | 3): Snapshot {
  const presets = snapshot.equipment.presets.filter((candidate) => candidate.preset === preset);
  if (presets.length === 0) {
    throw new ProblemError('not-found', `the character has no preset ${preset}`, { field: 'preset' });
  }
  return { ...snapshot, equipment: { ...snapshot.equipment, activePreset: preset, presets } };
}
