import type { Request, RequestHandler } from 'express';
import type { ClientOf } from './client.ts';
import { RateExceeded, type RateLimit } from './rate-limit.ts';

/** Limits each client's requests: refused before anything is read or looked up, else told how many are left. */
export function limitRequests(clientOf: ClientOf, limitOf: (request: Request) => RateLimit): RequestHandler {
  return (request, response, next) => {
    const limit = limitOf(request);
    const left = limit.take(clientOf(request));
    if (left < 0) throw new RateExceeded(limit, 'too many requests from this address');
    response.set({ 'RateLimit-Policy': limit.policy, RateLimit: limit.header(left) });
    next();
  };
}
