import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cast } from './cast.ts';
import { toJson } from './characters/character.ts';
import { answerBroken } from './faults.ts';
import { createRandom } from './random.ts';
import { ENDPOINTS, ERROR_STATUS, type Endpoint, type ErrorCode, type Fault, type Switches } from './switches.ts';
import type { Tally } from './tally.ts';

const PREFIX = '/maplestory/v1/';

interface Parts {
  readonly cast: Cast;
  readonly tally: Tally;
  readonly apiKey: string;
  readonly seed: string;
  readonly switches: () => Switches;
}

/** What a call asks for and what a sound answer to it is. */
interface Call {
  readonly endpoint: Endpoint;
  readonly character: string | undefined;
  readonly answer: () => Buffer | ErrorCode;
}

/** Answers calls to the game API. The key is checked before the path, as the real one does. */
export function createApi(parts: Parts): (request: IncomingMessage, response: ServerResponse) => void {
  const { tally, apiKey, switches } = parts;
  const jitter = createRandom(`${parts.seed}/jitter`);
  const isChosen = createSampler();

  const failureOf = (call: Call): ErrorCode | Fault | null => {
    const { failure, failureRate, failingEndpoints, failingCharacters } = switches();
    const inScope =
      (failingEndpoints?.includes(call.endpoint) ?? true) &&
      (failingCharacters?.some((name) => name.normalize('NFC') === call.character) ?? true);
    return failure !== null && inScope && isChosen(failureRate) ? failure : null;
  };

  const respond = (call: Call, response: ServerResponse): void => {
    const failure = failureOf(call);
    if (failure !== null) tally.fail();
    const answer = failure !== null && isErrorCode(failure) ? failure : call.answer();
    if (failure !== null && !isErrorCode(failure)) {
      answerBroken(response, failure, typeof answer === 'string' ? errorBody(answer) : answer);
    } else if (typeof answer === 'string') sendError(response, answer, switches().retryAfterSeconds);
    else response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
  };

  return (request, response) => {
    // Not `new URL`: it throws on what a stranger may send as a path.
    const [path, query = ''] = (request.url ?? '').split('?', 2);
    const endpoint = ENDPOINTS.find((each) => path === PREFIX + each);
    if (request.headers['x-nxopen-api-key'] !== apiKey) sendError(response, 'OPENAPI00005', null);
    else if (endpoint === undefined) sendError(response, 'OPENAPI00006', null);
    else {
      const call = readCall(parts.cast, endpoint, new URLSearchParams(query));
      const before = response.socket?.bytesWritten ?? 0;
      const { socket } = response;
      tally.begin(endpoint, call.character);
      response.once('close', () => tally.end((socket?.bytesWritten ?? 0) - before));
      const { latencyMs, jitterMs } = switches();
      const timer = setTimeout(() => respond(call, response), latencyMs + jitter.next() * jitterMs);
      response.once('close', () => clearTimeout(timer));
    }
  };
}

function readCall(cast: Cast, endpoint: Endpoint, query: URLSearchParams): Call {
  if (endpoint === 'id') {
    const name = query.get('character_name') ?? '';
    const ocid = cast.ocidOf(name);
    const character = ocid === undefined ? undefined : cast.find(ocid)?.name;
    return { endpoint, character, answer: () => (ocid === undefined ? 'OPENAPI00004' : toJson({ ocid })) };
  }
  const ocid = query.get('ocid');
  const character = ocid === null ? undefined : cast.find(ocid);
  const body = endpoint === 'character/basic' ? character?.basic : character?.equipment;
  const answer = (): Buffer | ErrorCode => body?.() ?? (ocid === null ? 'OPENAPI00004' : 'OPENAPI00003');
  return { endpoint, character: character?.name, answer };
}

function sendError(response: ServerResponse, code: ErrorCode, retryAfterSeconds: number | null): void {
  const status = ERROR_STATUS[code];
  const waits = retryAfterSeconds !== null && (status === 429 || status === 503);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(waits && { 'retry-after': String(retryAfterSeconds) }),
    })
    .end(errorBody(code));
}

function errorBody(code: ErrorCode): Buffer {
  return toJson({ error: { name: code, message: 'An error of the stand-in.' } });
}

function isErrorCode(failure: ErrorCode | Fault): failure is ErrorCode {
  return Object.hasOwn(ERROR_STATUS, failure);
}

/** Chooses exactly the given share of what it is asked about, evenly spread. */
function createSampler(): (share: number) => boolean {
  let owed = 0;
  return (share) => {
    owed += share;
    if (owed < 1 - 1e-9) return false;
    owed -= 1;
    return true;
  };
}
