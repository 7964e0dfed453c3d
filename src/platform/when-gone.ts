import type { ServerResponse } from 'node:http';

/**
 * Calls `leave` when nobody wants any more what was asked for: never at once, so that it may be called before it answers.
 * What it answers ends that. Lighter than the `AbortSignal` that it stands for on the way of each read (docs/adr/0028).
 */
export type WhenGone = (leave: () => void) => () => void;

/** The client has left before it was answered. */
export function whenClosed(response: ServerResponse): WhenGone {
  return (leave) => {
    if (response.closed) queueMicrotask(leave);
    else response.once('close', leave);
    return () => response.off('close', leave);
  };
}

export function whenAborted(signal: AbortSignal): WhenGone {
  return (leave) => {
    if (signal.aborted) queueMicrotask(leave);
    else signal.addEventListener('abort', leave);
    return () => signal.removeEventListener('abort', leave);
  };
}
