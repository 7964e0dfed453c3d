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

/** Ends a verb that cannot be done as things stand: nothing has been changed. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT.usage);
}
