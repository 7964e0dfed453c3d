import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import { correlationIdOf, OPEN_TO_ANY_ORIGIN } from './common-headers.ts';
import { noSuchRoute, problemHandler } from './problem.ts';

/** Takes the caller's `X-Correlation-ID` when it is well formed, else makes one; both ends see it. */
const correlate: RequestHandler = (request, response, next) => {
  const correlationId = correlationIdOf(request.get('x-correlation-id'));
  response.locals.correlationId = correlationId;
  response.set('X-Correlation-ID', correlationId);
  next();
};

function observe(log: Logger, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const started = process.hrtime.bigint();
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      // Of several spellings of a route the first.
      const [route = 'none'] = [(request.route as { path?: string | string[] } | undefined)?.path].flat();
      metrics.httpSeconds.observe({ method: request.method, route, status: response.statusCode }, seconds);
      const { correlationId } = response.locals;
      log.debug({ correlationId, method: request.method, route, status: response.statusCode, seconds }, 'request');
    });
    next();
  };
}

/** An Express app around the rooms' routers: correlation, metrics, problem+json, open to any origin for reads. */
export function createApp(routers: readonly Router[], log: Logger, metrics: Metrics): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(correlate, observe(log, metrics));
  app.use((request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') response.set(OPEN_TO_ANY_ORIGIN);
    next();
  });
  for (const router of routers) app.use(router);
  app.use(noSuchRoute, problemHandler(log));
  return app;
}
