import { expect } from 'chai';
import { expandValuation } from '../../src/domain/valuation/compact.ts';
import { anItem, wearing } from '../domain/valuation/items.ts';
import { json, testApplication, type TestApplication } from '../support/application.ts';
import { characterLog, value, type CharacterLog } from '../support/character-log.ts';
import { runPve } from '../support/pve-process.ts';

const NAMES = Array.from({ length: 16 }, (_, n) => `load-${n}`);
const REBUILDS = 5;

const hat = (stars: number) => wearing(anItem({ stars }));
const meanOf = (stars: number) => expandValuation(value(hat(stars))).presets[0]?.total.cost?.mean;

describe('a rebuild while everybody reads and writes', function () {
  this.timeout(120_000);
  let application: TestApplication;
  let logs: readonly CharacterLog[];
  before(async () => {
    application = await testApplication({ RATE_LIMIT: 'off' });
    logs = NAMES.map((name) => characterLog(application.databaseUrl, name));
  });
  after(async () => {
    for (const log of logs) await log.close();
    await application.stop();
  });

  /** Writes a character's newest state, and answers the read that has to see it. */
  async function write(index: number, stars: number): Promise<() => Promise<Response>> {
    const log = logs[index]!;
    const now = new Date();
    const position = await log.append(now, log.recorded(hat(stars), now), log.calculated(hat(stars)));
    return () =>
      application.fetch(`/api/v4/characters/${NAMES[index]}/expectation`, {
        headers: { 'x-min-position': String(position) },
      });
  }

  it('answers every read with what was written before it, and goes on with all of it', async () => {
    let running = true;
    const rounds = NAMES.map(async (_, index) => {
      let round = 0;
      for (; running; round += 1) {
        const stars = 5 + (round % 15);
        const read = await write(index, stars);
        const [answer, other] = await Promise.all([read(), read()]);
        expect([answer.status, other.status]).to.deep.equal([200, 200]);
        expect((await json<{ total: { mean: number } }>(answer)).total.mean).to.equal(meanOf(stars));
      }
      return round;
    });
    const rebuilt = async (): Promise<void> => {
      for (let turn = 0; turn < REBUILDS; turn += 1) {
        const { code, stderr } = await runPve(['projections', 'rebuild', 'expectation'], {
          DATABASE_URL: application.databaseUrl,
        });
        expect(code, stderr).to.equal(0);
      }
    };
    const rebuilding = rebuilt().finally(() => (running = false));
    const counts = await Promise.all(rounds);
    await rebuilding;
    for (const count of counts) expect(count).to.be.greaterThan(REBUILDS);
  });
});
