import { ProblemError } from '../../domain/errors.ts';
import { Run, type Author } from './runs.ts';

/** What an operator may tell a run. */
export type ReplayVerb = 'pause' | 'resume' | 'cancel';

interface Parts {
  readonly store: Parameters<typeof Run.load>[0];
  readonly author: Author;
  /** Whether a process coordinates a run now. */
  readonly coordinated: () => Promise<boolean>;
}

/**
 * Pauses, resumes or cancels a run. To resume is to tell the coordinator that waits; one that is gone comes back by
 * `pve replay resume`. Throws `ProblemError`: `not-found`, `conflict` for what cannot follow on where the run stands.
 */
export async function controlReplay(parts: Parts, id: string, verb: ReplayVerb): Promise<Run> {
  const { author } = parts;
  const run = await Run.load(parts.store, id);
  const by = author.actor;
  if (verb === 'pause') await run.write({ kind: 'pause', by, reason: 'operator' }, author);
  else if (verb === 'cancel') await run.write({ kind: 'cancel', by }, author);
  else {
    if (run.state.status === 'paused' && !(await parts.coordinated()))
      throw new ProblemError('conflict', 'no process coordinates this replay: run "pve replay resume"');
    await run.write({ kind: 'resume', by }, author);
  }
  return run;
}
