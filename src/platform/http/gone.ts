import type { ServerResponse } from 'node:http';

/** Made once: without a reason of ours each abort would make an error with a stack. */
const GONE = new Error('the client is gone');

/** Aborts when the client leaves before it is answered. */
export function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(GONE);
  });
  return gone.signal;
}
