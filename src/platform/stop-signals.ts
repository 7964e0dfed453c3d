/** One Ctrl-C can come twice: from the terminal, and from an `npm start` that passes on what it has been told too. */
const ECHO_MS = 500;

/**
 * Tells whether a signal insists: whether the process has been told to stop before, other than by the same key press.
 * `now`: milliseconds.
 */
export function createInsistence(now: () => number): (signal: NodeJS.Signals) => boolean {
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  return (signal) => {
    const told = first;
    first ??= { signal, at: now() };
    return told !== undefined && !(told.signal === signal && now() - told.at < ECHO_MS);
  };
}
