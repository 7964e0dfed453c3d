import type { RequestHandler } from 'express';

/** A day: the answer never changes. */
const MAX_AGE_SECONDS = 86_400;

const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': 'Cache-Control, If-None-Match, X-Correlation-ID, X-Min-Position',
  'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
};

/** Answers a browser that asks whether a page of another origin may read with headers of its own (CORS): any may. */
export const preflight: RequestHandler = (_request, response) => {
  response.status(204).set(HEADERS).end();
};
