import { expect } from 'chai';
import { createAdmission, LOOK_UPS } from '../../src/platform/http/admission.ts';
import { whenAborted } from '../../src/platform/when-gone.ts';
import { createLookUp } from '../../src/read-api/cache/look-up.ts';
import { logParts, until } from '../support/log-parts.ts';
import { outcome } from '../support/outcome.ts';
import { plainCache, storeAnswer } from './answers.ts';

describe('a load that waits for the database', () => {
  it('leaves the queue when all who asked are gone, not before; who comes next gets a load of its own', async () => {
    const parts = await logParts();
    const admission = createAdmission({ poolSize: () => 1, threads: 1, maxQueue: () => 10 });
    const cache = plainCache(createLookUp(parts.database, admission));
    await parts.database.query((sql) => storeAnswer(sql, { key: 'a', at: 1 }));
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const others = Array.from({ length: LOOK_UPS.largest * LOOK_UPS.atOnce });
    const busy = Promise.all(others.map(() => admission.run('lookUps', () => held)));
    const [one, other] = [new AbortController(), new AbortController()];
    const asked = [one, other].map(({ signal }) => outcome(cache.find('a', { whenGone: whenAborted(signal) })));
    const waiting = () => admission.stats().lookUps.waiting;
    await until(
      () => Promise.resolve(waiting()),
      (count) => count === 1,
    );
    one.abort();
    expect(waiting()).to.equal(1);
    other.abort();
    expect(waiting()).to.equal(0);
    const next = cache.find('a', { whenGone: () => () => undefined });
    release();
    expect(await next).to.include({ kind: 'stored', tier: 'db' });
    await Promise.all([busy, ...asked]);
    await parts.close();
  });
});
