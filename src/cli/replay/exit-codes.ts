import { ReplayRefusal } from '../../commands/replay/refusal.ts';
import { ProblemError } from '../../domain/errors.ts';
import { CliError } from '../cli-error.ts';

/** How `pve replay` ends; scripts rely on it. */
export const EXIT = {
  reconciled: 0,
  usage: 2,
  planDrifted: 3,
  mismatch: 4,
  poisonBudget: 5,
  interrupted: 6,
  locked: 75,
} as const;

const OF_REFUSAL = { nothing: EXIT.usage, drifted: EXIT.planDrifted, locked: EXIT.locked } as const;

/** Ends a verb that cannot be done as it was asked for: nothing has been changed. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT.usage);
}

/** Gives what a verb throws its exit code. */
export function withExitCode(error: unknown): never {
  if (error instanceof ReplayRefusal) throw new CliError(error.message, OF_REFUSAL[error.kind]);
  if (error instanceof ProblemError) {
    if (error.code === 'conflict' || error.code === 'not-found') throw usageError(error.message);
    if (error.code === 'unavailable' || error.code === 'overloaded')
      throw new CliError(`${error.message}; go on with "pve replay resume"`, EXIT.interrupted);
  }
  throw error;
}
