import { pushCommonHeaders } from '../platform/http/common-headers.ts';
import { linesOf } from '../platform/http/header-lines.ts';
import type { RateLimit } from '../platform/http/rate-limit.ts';
import { headersOf, type Delivery, type HitTemplate, type Representation } from './representation.ts';

/** Of one answer: who asked, and how many more requests the limit allows. */
interface Own {
  readonly correlationId: string;
  readonly left: number;
}

/** Headers of an answer that say nothing about what is answered. */
export function ownHeaders(limit: RateLimit | undefined, { correlationId, left }: Own): string[] {
  const headers: string[] = [];
  pushCommonHeaders(headers, correlationId);
  if (limit !== undefined) headers.push('RateLimit-Policy', limit.policy, 'RateLimit', limit.header(left));
  return headers;
}

/** Headers of answers that leave at once. */
export interface HitHeaders {
  /**
   * Names and values in turn. A server writes them out before it returns, so one array per representation serves all its
   * hits: valid until the next call.
   */
  array(representation: Representation, delivery: Delivery, own: Own): string[];
  /** The same as lines, each with its line end. */
  lines(representation: Representation, delivery: Delivery, own: Own): string;
}

/** Makes the headers of hits; they say what is left of this limit. */
export function createHitHeaders(limit: RateLimit | undefined): HitHeaders {
  return {
    array(representation, delivery, own) {
      const template = templateOf(representation, delivery, limit);
      const { headers } = template;
      headers[template.correlationId] = own.correlationId;
      if (limit !== undefined) headers[template.left] = limit.header(own.left);
      return headers;
    },
    lines(representation, delivery, own) {
      const template = templateOf(representation, delivery, limit);
      const { before, behind } = (template.lines ??= makeLines(template, limit !== undefined));
      const known = before + own.correlationId + behind;
      return limit === undefined ? known : `${known}${limit.header(own.left)}\r\n`;
    },
  };
}

/** What all hits of a representation share, at this age. */
function templateOf(representation: Representation, delivery: Delivery, limit: RateLimit | undefined): HitTemplate {
  const kind = delivery.notModified ? 'notModified' : 'whole';
  let template = representation.hits[kind];
  if (template?.maxAge !== delivery.maxAge) {
    template = makeTemplate(representation, delivery, limit);
    representation.hits[kind] = template;
  }
  if (template.ageSeconds !== delivery.ageSeconds) {
    template.ageSeconds = delivery.ageSeconds;
    template.headers[template.age] = String(delivery.ageSeconds);
    template.lines = undefined;
  }
  return template;
}

function makeTemplate(representation: Representation, delivery: Delivery, limit: RateLimit | undefined): HitTemplate {
  const headers = [...headersOf(representation, delivery), ...ownHeaders(limit, { correlationId: '', left: 0 })];
  const valueOf = (name: string): number => headers.indexOf(name) + 1;
  const [age, correlationId, left] = [valueOf('Age'), valueOf('X-Correlation-ID'), valueOf('RateLimit')];
  const { maxAge, ageSeconds } = delivery;
  return { headers, lines: undefined, maxAge, ageSeconds, age, correlationId, left };
}

/** What is left of the limit comes last. */
function makeLines({ headers, correlationId, left }: HitTemplate, limited: boolean): NonNullable<HitTemplate['lines']> {
  const before = `${linesOf(headers.slice(0, correlationId - 1))}${headers[correlationId - 1]}: `;
  const between = `\r\n${linesOf(headers.slice(correlationId + 1, limited ? left - 1 : undefined))}`;
  return { before, behind: limited ? `${between}${headers[left - 1]}: ` : between };
}
