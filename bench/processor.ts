import { readdirSync, readFileSync } from 'node:fs';

interface Used {
  /** Of the process itself, and of the children it has waited for; in ms (a tick is 10 ms). */
  readonly own: number;
  readonly waitedFor: number;
  readonly parent: number;
}

/** What a process has used of the processor, nothing when it is gone. */
export function used(pid: number | string): Used {
  // A process may end between the listing and the look.
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
    const ms = (first: number): number => 10 * ((fields[first] ?? 0) + (fields[first + 1] ?? 0));
    return { own: ms(11), waitedFor: ms(13), parent: fields[1] ?? 0 };
  } catch {
    return { own: 0, waitedFor: 0, parent: 0 };
  }
}

/** Processor time of a server and its children, as PostgreSQL's backends are. */
export function familyMs(pid: number): number {
  const { own, waitedFor } = used(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(used);
  return children.reduce((sum, child) => sum + (child.parent === pid ? child.own : 0), own + waitedFor);
}
