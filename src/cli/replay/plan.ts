import { writeFile } from 'node:fs/promises';
import { makePlan } from '../../commands/replay/make-plan.ts';
import { writePlanFile } from '../../commands/replay/plan-file.ts';
import { characterKey, parseCharacterName } from '../../domain/character/name.ts';
import { ProblemError } from '../../domain/errors.ts';
import { planHash, type ReplayPlan } from '../../domain/replay/plan.ts';
import { withLog } from '../open-log.ts';
import { usageError } from './exit-codes.ts';
import { duration } from './progress.ts';

export interface PlanOptions {
  readonly since?: string;
  readonly until?: string;
  readonly character?: readonly string[];
  readonly reason?: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

const REASONS = ['failures', 'our-fault', 'operator', 'queued'];

/** `pve replay plan`: looks, writes a plan, changes nothing. */
export async function plan(options: PlanOptions): Promise<void> {
  const unknown = options.reason?.find((reason) => !REASONS.includes(reason));
  if (unknown !== undefined) throw usageError(`no reason ${unknown}: ${REASONS.join(', ')}`);
  const filter = {
    since: momentOf('--since', options.since),
    until: momentOf('--until', options.until),
    characterKeys: options.character?.map(keyOf) ?? null,
    reasons: options.reason ?? null,
  };
  const made = await withLog(({ store, database, config }) => {
    const budget = { perSecond: config.UPSTREAM_REQUESTS_PER_SECOND, perDay: config.UPSTREAM_REQUESTS_PER_DAY };
    const rates = { budget, perSecond: config.REPLAY_REQUESTS_PER_SECOND };
    const freshForSeconds = config.SNAPSHOT_FRESH_FOR_SECONDS;
    return makePlan({ store, database, ...rates, freshForSeconds, now: () => new Date() }, filter);
  });
  await writeFile(options.out, writePlanFile(made)).catch((error: unknown) => {
    throw usageError(`cannot write ${options.out}: ${String(error)}`);
  });
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ file: options.out, hash: planHash(made), plan: made })}\n`);
  else process.stdout.write(planTable(made, options.out));
}

/** A plan for people. */
function planTable(made: ReplayPlan, file: string): string {
  const { characters, upstreamCalls, estimatedSeconds, scope, hours } = made;
  const time = estimatedSeconds === null ? 'never: the rate of replays is 0' : `about ${duration(estimatedSeconds)}`;
  const rows = hours.map(
    ({ hour, reason, characters: count }) =>
      `  ${hour.slice(0, 13)}:00  ${reason.padEnd(10)} ${String(count).padStart(10)}\n`,
  );
  return [
    `characters by hour of their oldest pending request, and what was the case then:\n${rows.join('')}`,
    `${characters} characters, at most ${upstreamCalls} calls of the game API, ${time}\n`,
    `high-water mark ${scope.mark}, plan ${planHash(made)}\n`,
    `written to ${file}; go on with: pve replay apply ${file}\n`,
  ].join('');
}

function momentOf(option: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const at = Date.parse(text);
  // The engine takes "5" for a month.
  if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\d/.test(text))
    throw usageError(`${option}: a date and time such as 2026-11-22T06:00:00Z, not ${text}`);
  return new Date(at).toISOString();
}

function keyOf(name: string): string {
  // The same check as everywhere; here it is about an option.
  try {
    return characterKey(parseCharacterName(name));
  } catch (error) {
    if (error instanceof ProblemError) throw usageError(`--character: ${error.message}`);
    throw error;
  }
}
