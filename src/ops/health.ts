import { Router, type Response } from 'express';
import { Registry } from 'prom-client';

/** Looks at one dependency; rejects with the reason when it does not answer. */
export type Check = () => Promise<void>;

export interface HealthParts {
  /** By name of the dependency, e.g. `database`. */
  readonly checks: Readonly<Record<string, Check>>;
  /** The metrics as Prometheus reads them. */
  readonly scrape: () => Promise<string>;
  /** False from the moment the process is told to stop. */
  readonly accepting: () => boolean;
}

/** A dependency that has not answered within this time is not ready. */
const CHECK_TIMEOUT_MS = 1000;

/** `/livez`, `/startupz`, `/readyz` with the reason per dependency, and `/metrics`. */
export function createHealthRoutes(parts: HealthParts): Router {
  const router = Router();
  router.get(['/livez', '/startupz'], (_request, response) => {
    send(response, 200, { status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const dependencies = Object.fromEntries(await Promise.all(Object.entries(parts.checks).map(look)));
    const ready = parts.accepting() && Object.values(dependencies).every((state) => state === 'ok');
    send(response, ready ? 200 : 503, {
      status: ready ? 'ok' : 'not ready',
      accepting: parts.accepting(),
      dependencies,
    });
  });
  router.get('/metrics', async (_request, response) => {
    response.set('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE).end(await parts.scrape());
  });
  return router;
}

async function look([name, check]: [string, Check]): Promise<[string, string]> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS).unref();
  });
  const state = await Promise.race([check(), late]).then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return [name, state];
}

function send(response: Response, status: number, body: object): void {
  response.status(status).set('Cache-Control', 'no-store').json(body);
}
