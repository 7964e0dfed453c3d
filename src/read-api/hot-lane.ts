import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { ProblemError } from '../domain/errors.ts';
import type { Admission } from '../platform/http/admission.ts';
import type { ClientOf } from '../platform/http/client.ts';
import { correlationIdOf } from '../platform/http/common-headers.ts';
import { clientHas } from '../platform/http/conditional.ts';
import { preferredEncoding, type Encoding } from '../platform/http/encoding.ts';
import type { EarlyAnswer, EarlyAnswers } from '../platform/http/early-answers.ts';
import { earlyOverloaded, sendOverloaded } from '../platform/http/front-door.ts';
import type { RateLimit } from '../platform/http/rate-limit.ts';
import type { Logger } from '../platform/logging.ts';
import { whenClosed } from '../platform/when-gone.ts';
import type { Entry } from './cache/kept-entries.ts';
import { ageSeconds, freshness } from './freshness.ts';
import { createHitHeaders, ownHeaders, type HitHeaders } from './hit-headers.ts';
import { readHeaders, type Asked } from './hot-headers.ts';
import { remember } from './remember.ts';
import { send, type Delivery, type Representation, type Tier } from './representation.ts';
import { sendStored, type SendParts } from './send-stored.ts';

/** Answers plain reads in front of Express, which answers them too, only slower: the same headers, the same bytes. */
export interface HotLane {
  /** Answers a plain read of what is stored; leaves anything else to `otherwise`, some of it after a look. */
  answer(request: IncomingMessage, response: ServerResponse, otherwise: RequestListener): void;
  /** What it answers before node:http has parsed the request: from memory, or with a refusal. */
  readonly early: EarlyAnswers;
  /** A request that Express has answered with what is stored about this character; the next such one may be answered here. */
  learn(request: Request, characterKey: string): void;
}

export interface HotLaneParts extends SendParts {
  readonly admission: Pick<Admission, 'isFull' | 'turnAway'>;
  /** Of one client's requests; `undefined`: not limited. */
  readonly limit: RateLimit | undefined;
  readonly clientOf: ClientOf;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  /** Counts an answer from memory, and tells how many there have been. */
  readonly countHit: () => number;
  /** Told how long each answer took that was not in memory, with its status. */
  readonly onLoaded: (seconds: number, status: number) => void;
}

/** One in so many answers from memory is logged, at the usual level: at 50,000/s that is 50 lines a second. */
const LOG_EVERY = 1000;

/** A read that the lane understands. */
interface PlainRead {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: Asked;
  readonly key: string;
  readonly encoding: Encoding;
}

/** What the headers of a read say that is answered before it is parsed. */
interface EarlyRead extends Pick<PlainRead, 'asked' | 'encoding'> {
  readonly client: string;
}

/** Makes the lane. It decodes no path and negotiates no coding: it knows what Express has made of the same text before. */
export function createHotLane(parts: HotLaneParts): HotLane {
  const keys = new Map<string, string>();
  const encodings = new Map<string, Encoding>();
  const lane = new Lane(parts);
  return {
    answer(request, response, otherwise) {
      const asked = request.method === 'GET' ? readHeaders(request.rawHeaders) : undefined;
      const key = keys.get(request.url ?? '');
      const encoding = encodings.get(asked?.acceptEncoding ?? '');
      if (asked === undefined || key === undefined || encoding === undefined) otherwise(request, response);
      else lane.answer({ request, response, asked, key, encoding }, otherwise);
    },
    early(request) {
      const asked = request.method === 'GET' ? readHeaders(request.rawHeaders) : undefined;
      const encoding = encodings.get(asked?.acceptEncoding ?? '');
      if (asked === undefined || encoding === undefined || !keys.has(request.url ?? '')) return undefined;
      const from = { asked, encoding, client: parts.clientOf(request) };
      return (path) => {
        const key = keys.get(path);
        return key === undefined ? undefined : lane.answerEarly(key, from);
      };
    },
    learn(request, characterKey) {
      remember(keys, request.originalUrl, characterKey);
      remember(encodings, request.get('accept-encoding') ?? '', preferredEncoding(request));
    },
  };
}

/** What of an entry goes out now. */
interface Ready {
  readonly representation: Representation;
  readonly ageSeconds: number;
  readonly maxAge: number;
}

class Lane {
  readonly #parts: HotLaneParts;
  readonly #headersOfHit: HitHeaders;

  constructor(parts: HotLaneParts) {
    this.#parts = parts;
    this.#headersOfHit = createHitHeaders(parts.limit);
  }

  answer(read: PlainRead, otherwise: RequestListener): void {
    const { request, response } = read;
    const { cache, limit, clientOf, now } = this.#parts;
    const at = now();
    const entry = cache.peek(read.key, at);
    const ready = entry && this.#ready(entry, read.encoding, at);
    // A stale answer that nobody has asked to refresh yet is Express's to file, and a new coding to make.
    const left = entry !== undefined && ready === undefined ? -1 : (limit?.take(clientOf(request)) ?? 0);
    if (left < 0) otherwise(request, response);
    else if (ready !== undefined) this.#sendHit(read, ready, left);
    else if (this.#mustRefuse(read.key)) this.#refuse(read);
    else void this.#load(read, left, otherwise);
  }

  answerEarly(key: string, { asked, encoding, client }: EarlyRead): EarlyAnswer | undefined {
    const { admission, cache, limit, now } = this.#parts;
    const at = now();
    const entry = cache.peek(key, at);
    if (entry === undefined) {
      if (!this.#mustRefuse(key)) return undefined;
      admission.turnAway('lookUps');
      return earlyOverloaded(correlationIdOf(asked.correlationId));
    }
    const ready = this.#ready(entry, encoding, at);
    const left = ready === undefined ? -1 : (limit?.take(client) ?? 0);
    if (ready === undefined || left < 0) return undefined;
    const { delivery, own } = this.#hit(asked, ready, left);
    const lines = this.#headersOfHit.lines(ready.representation, delivery, own);
    return delivery.notModified
      ? { status: '304 Not Modified', lines, body: undefined }
      : { status: '200 OK', lines, body: ready.representation.body };
  }

  #mustRefuse(key: string): boolean {
    const { admission, cache } = this.#parts;
    return admission.isFull('lookUps') && cache.needsDatabase(key);
  }

  /** What is ready to be sent of an entry. */
  #ready(entry: Entry, encoding: Encoding, now: number): Ready | undefined {
    const { row, pending } = entry;
    const age = ageSeconds(row.asOf, now);
    const maxAge = this.#parts.freshForSeconds();
    const state = freshness(age, { freshForSeconds: maxAge, pending });
    const representation = state === 'stale' ? undefined : this.#parts.cache.ready(entry, state, encoding);
    return representation && { representation, ageSeconds: age, maxAge };
  }

  #sendHit({ response, asked }: PlainRead, ready: Ready, left: number): void {
    const { delivery, own } = this.#hit(asked, ready, left);
    const headers = this.#headersOfHit.array(ready.representation, delivery, own);
    send(response, ready.representation, { notModified: delivery.notModified, headers });
  }

  /** What a hit says of itself; counted, for it goes out. */
  #hit(asked: Asked, { representation, ageSeconds: age, maxAge }: Ready, left: number) {
    const correlationId = correlationIdOf(asked.correlationId);
    const notModified = asked.ifNoneMatch !== undefined && clientHas(representation.etag, asked);
    const answered = this.#parts.countHit();
    if (answered % LOG_EVERY === 0) this.#parts.log.info({ correlationId, answered }, 'cached reads');
    const delivery: Delivery = { tier: 'l1', ageSeconds: age, maxAge, notModified };
    return { delivery, own: { correlationId, left } };
  }

  #refuse({ response, asked }: PlainRead): void {
    this.#parts.admission.turnAway('lookUps');
    sendOverloaded(response, correlationIdOf(asked.correlationId));
  }

  /** Answers with what is not in memory yet; what else a load may bring is Express's to tell. */
  async #load(read: PlainRead, left: number, otherwise: RequestListener): Promise<void> {
    const { cache, limit, clientOf } = this.#parts;
    const { request, response, asked } = read;
    const began = performance.now();
    const finish = (): void => this.#parts.onLoaded((performance.now() - began) / 1000, response.statusCode);
    // Nobody waits for this: it must not throw.
    try {
      const found = await cache.find(read.key, { whenGone: whenClosed(response) });
      if (found.kind === 'stored' && (await this.#sendLoaded(read, found, left))) {
        finish();
        return;
      }
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'overloaded') {
        sendOverloaded(response, correlationIdOf(asked.correlationId));
        finish();
        return;
      }
    }
    // Express takes it from the limit, and fails where the load has failed.
    limit?.giveBack(clientOf(request));
    otherwise(request, response);
  }

  /** Whether it was sent: a stale answer waits for its refresh to be filed. */
  async #sendLoaded(
    { response, asked, encoding }: PlainRead,
    found: { readonly entry: Entry; readonly tier: Tier },
    left: number,
  ): Promise<boolean> {
    const { limit, now, freshForSeconds } = this.#parts;
    const { row, pending } = found.entry;
    const at = now();
    const age = ageSeconds(row.asOf, at);
    if (freshness(age, { freshForSeconds: freshForSeconds(), pending }) === 'stale') return false;
    const own = ownHeaders(limit, { correlationId: correlationIdOf(asked.correlationId), left });
    await sendStored(this.#parts, { response, encoding, ...asked, own }, { ...found, at });
    return true;
  }
}
