import { toPosition, type Position } from '../event-store/event-store.ts';
import { CliError } from './cli-error.ts';

const LARGEST = 2n ** 63n - 1n;

/** A log position as somebody typed it. Throws `CliError`. */
export function positionOf(text: string): Position {
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > LARGEST) throw new CliError(`not a log position: ${text}`);
  return toPosition(text);
}
