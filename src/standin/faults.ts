import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Fault } from './switches.ts';

/** Bytes that `too-large` sends at most. */
const TOO_LARGE_BYTES = 64 * 1024 * 1024;
/** Bytes that `gzip-bomb` becomes when it is unpacked. */
const BOMB_BYTES = 16 * 1024 * 1024;

/** How a JSON object begins whose first text holds a byte that no UTF-8 has. */
const NOT_UTF8 = Buffer.from('{"note":"\xff",', 'latin1');

let bomb: Buffer | undefined;

/** Answers in the broken way asked for. `body` is what a sound answer would have been. */
export function answerBroken(response: ServerResponse, fault: Fault, body: Buffer): void {
  const half = body.subarray(0, Math.floor(body.length / 2));
  const json = { 'content-type': 'application/json' };
  const send = (bytes: Buffer | string): void => void response.writeHead(200, json).end(bytes);
  const start = (): void => {
    response.writeHead(200, { ...json, 'content-length': body.length });
    response.write(half);
  };
  const answers: Readonly<Record<Fault, () => void>> = {
    'truncated-json': () => send(half),
    'cut-off': () => {
      start();
      setImmediate(() => response.destroy());
    },
    'not-json': () => send('지금은 점검 중입니다.'),
    'not-utf8': () => send(Buffer.concat([NOT_UTF8, body.subarray(1)])),
    'html-502': () => {
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html><body><h1>502 Bad Gateway</h1></body></html>');
    },
    'too-large': () => {
      response.writeHead(200, json);
      sendMuch(response);
    },
    'gzip-bomb': () => {
      bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES, ' '), { level: 1 });
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb);
    },
    'missing-field': () => send(JSON.stringify(withoutField(JSON.parse(body.toString('utf8'))))),
    reset: () => void response.socket?.resetAndDestroy(),
    hang: () => undefined,
    'hang-in-body': start,
  };
  answers[fault]();
}

/** Sends white space, which is how valid JSON may begin, as fast as it is read. */
function sendMuch(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  let sent = 0;
  const more = (): void => {
    while (sent < TOO_LARGE_BYTES) {
      sent += chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

/** The body without a field that a calculation cannot do without. */
function withoutField(body: unknown): unknown {
  const item = (body as { item_equipment?: Record<string, unknown>[] }).item_equipment?.[0];
  if (item !== undefined) delete item.starforce;
  return item === undefined ? omit(body, ['ocid', 'character_level']) : body;
}

function omit(body: unknown, names: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(body as object).filter(([name]) => !names.includes(name)));
}
