/**
 * What a read takes, tier by tier. A wrong status or a body that differs from the first voids a part: it is not
 * written. Run: `npm run bench:read [part …]` (parts: hits, not-modified, l2, db, crowd, zipf, memory, overload,
 * overload-what-if, invalidation). Needs Linux (`taskset`, `/proc`), two cores and quiet. Writes evidence/read.json.
 */
import { machine, readEvidence, writeEvidence } from './evidence.ts';
import { storeAnswers } from './read/characters.ts';
import { measureCrowd } from './read/crowd.ts';
import { measureHits } from './read/hits.ts';
import { measureInvalidation } from './read/invalidation.ts';
import { VoidRun } from './read/load.ts';
import { measureOverload, measureWhatIfOverload } from './read/overload.ts';
import { openStage, pin } from './read/stage.ts';
import { measureMemory, measureTier, measureZipf } from './read/tiers.ts';

const CHARACTERS = 10_000;
const SECONDS = 20;

const stage = await openStage();
const answers = await storeAnswers(stage.databaseUrl, CHARACTERS);
const shared = { characters: CHARACTERS, storedBytes: answers.storedBytes, seconds: SECONDS };

const parts: Readonly<Record<string, () => Promise<unknown>>> = {
  hits: () => measureHits(stage, { notModified: false }),
  'not-modified': () => measureHits(stage, { notModified: true }),
  crowd: () => measureCrowd(stage),
  l2: () => measureTier(stage, { ...shared, tier: 'l2', perSecond: 2000 }),
  db: () => measureTier(stage, { ...shared, tier: 'db', perSecond: 1000 }),
  zipf: () => measureZipf(stage, shared),
  memory: () => measureMemory(stage, shared),
  overload: () => measureOverload(stage, shared),
  'overload-what-if': () => measureWhatIfOverload(stage),
  invalidation: () => measureInvalidation(stage),
};

const chosen = process.argv.slice(2);
const results: Record<string, unknown> = chosen.length === 0 ? {} : readEvidence('read').results;
/** The generator has a core of its own where the server has one. */
pin(process.pid, 1);
for (const [name, measure] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  // A part that is void leaves no number behind, an old one neither; the others stand for themselves.
  try {
    results[name] = { ...((await measure()) as object), measured: machine() };
    console.log(name, JSON.stringify(results[name], null, 1));
  } catch (error) {
    if (!(error instanceof VoidRun)) throw error;
    results[name] = undefined;
    await stage.clear();
    console.error(`${name} is void: ${error.message}`);
    process.exitCode = 1;
  }
  writeEvidence('read', { ...machine(), answers, results });
}
await stage.close();
