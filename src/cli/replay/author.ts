import { userInfo } from 'node:os';
import type { Author } from '../../commands/replay/runs.ts';

/** Who types. */
export function author(): Author {
  return { actor: `cli:${userInfo().username}`, now: () => new Date() };
}
