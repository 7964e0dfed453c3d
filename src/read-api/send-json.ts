import type { Request, Response } from 'express';
import { sha256 } from '../domain/ids.ts';
import { clientHas } from '../platform/http/conditional.ts';
import { encode, preferredEncoding } from '../platform/http/encoding.ts';
import { VARY } from './representation.ts';

/** Sends JSON in the client's coding with a strong ETag; 304 where the client has it. */
export async function sendJson(
  request: Request,
  response: Response,
  answer: { readonly json: string; readonly cacheControl: string },
): Promise<void> {
  const encoding = preferredEncoding(request);
  const etag = `"${sha256(answer.json).slice(0, 32)}-${encoding}"`;
  const asked = { ifNoneMatch: request.get('if-none-match'), cacheControl: request.get('cache-control') };
  response.set({
    'Content-Type': 'application/json; charset=utf-8',
    ETag: etag,
    'Cache-Control': answer.cacheControl,
    Vary: VARY,
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
  if (clientHas(etag, asked)) response.status(304).end();
  else response.end(await encode(Buffer.from(answer.json), encoding));
}
