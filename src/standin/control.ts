import type { IncomingMessage, ServerResponse } from 'node:http';
import { toJson } from './characters/character.ts';
import { readSwitches, type Switches } from './switches.ts';
import type { Stats } from './tally.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** What can be done to a stand-in while it runs, in-process and over HTTP. */
export interface Controls {
  /** Changes some switches; the others stay as they are. */
  set(switches: Partial<Switches>): void;
  /** Puts all switches back. */
  calm(): void;
  stats(): Stats;
  resetStats(): void;
}

/**
 * The switches and counters over HTTP: `POST /standin/control` with some switches, or `{}` · `DELETE /standin/control`
 * puts all back · `GET /standin/stats` · `DELETE /standin/stats`.
 */
export function answerControl(standin: Controls, request: IncomingMessage, response: ServerResponse): void {
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(toJson(body));
  };
  const routes: Readonly<Partial<Record<string, () => void>>> = {
    'POST /standin/control': () => {
      readBody(request)
        .then((body) => standin.set(readSwitches(JSON.parse(body))))
        .then(
          () => send(200, { ok: true }),
          (error: unknown) => send(400, { error: error instanceof Error ? error.message : String(error) }),
        );
    },
    'DELETE /standin/control': () => {
      standin.calm();
      send(200, { ok: true });
    },
    'GET /standin/stats': () => send(200, standin.stats()),
    'DELETE /standin/stats': () => {
      standin.resetStats();
      send(200, { ok: true });
    },
  };
  const route = routes[`${request.method ?? ''} ${request.url ?? ''}`];
  if (route === undefined) send(404, { error: 'Try POST /standin/control or GET /standin/stats.' });
  else route();
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request as AsyncIterable<string>) {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) throw new Error('That is too much for a few switches.');
  }
  return body;
}
