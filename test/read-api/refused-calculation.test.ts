import { expect } from 'chai';
import { defaultAssumptions } from '../../src/domain/valuation/assumptions.ts';
import type { Database } from '../../src/platform/database.ts';
import { createAdmission } from '../../src/platform/http/admission.ts';
import { createExplorer, type WhatIf } from '../../src/read-api/what-if.ts';
import { logParts, until } from '../support/log-parts.ts';
import { outcome } from '../support/outcome.ts';

const THREADS = 1;

describe('a what-if question that is refused', () => {
  it('costs no look at the database, and one for which there is room does', async () => {
    const parts = await logParts();
    const admission = createAdmission({ poolSize: () => 5, threads: THREADS, maxQueue: () => 0 });
    let queries = 0;
    const database: Pick<Database, 'query'> = {
      query: (work) => {
        queries += 1;
        return parts.database.query(work);
      },
    };
    await parts.database.query(
      (sql) => sql`insert into snapshot_view (ocid, character_key, snapshot) values ('a', 'a', '{}')`,
    );
    let finish = (): void => undefined;
    const finished = new Promise<string>((resolve) => (finish = () => resolve('{}')));
    const explorer = createExplorer({ database, admission, pool: { answer: () => finished } });
    const ask = (sparePrice: number): Promise<unknown> => {
      const assumptions = { ...defaultAssumptions, sparePrice };
      const whatIf: WhatIf = { kind: 'valuation', preset: undefined, budget: undefined, assumptions };
      return explorer.explore({ ocid: 'a', etag: 'a' }, whatIf);
    };
    const underWay = Array.from({ length: THREADS + 1 }, (_, index) => ask(1e9 * (index + 1)));
    await until(
      () => Promise.resolve(queries),
      (count) => count === THREADS + 1,
    );
    expect(await outcome(ask(9e9))).to.include({ name: 'ProblemError', code: 'overloaded' });
    expect(queries).to.equal(THREADS + 1);
    expect(admission.stats().calculations).to.include({ active: THREADS + 1, refused: 1 });
    // Who asks what is calculated already waits for that.
    const same = ask(1e9);
    finish();
    await Promise.all([...underWay, same]);
    expect(queries).to.equal(THREADS + 1);
    await parts.close();
  });
});
