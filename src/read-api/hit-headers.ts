import { pushCommonHeaders } from '../platform/http/common-headers.ts';
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

export type HitHeaders = (representation: Representation, delivery: Delivery, own: Own) => string[];

/**
 * Headers of answers that leave at once. A server writes them out before it returns, so one array per representation
 * serves all its hits: valid until the next call.
 */
export function createHitHeaders(limit: RateLimit | undefined): HitHeaders {
  return (representation, delivery, own) => {
    const kind = delivery.notModified ? 'notModified' : 'whole';
    let template = representation.hits[kind];
    if (template?.maxAge !== delivery.maxAge) {
      template = makeTemplate(representation, delivery, limit);
      representation.hits[kind] = template;
    }
    const { headers } = template;
    if (template.ageSeconds !== delivery.ageSeconds) {
      template.ageSeconds = delivery.ageSeconds;
      headers[template.age] = String(delivery.ageSeconds);
    }
    headers[template.correlationId] = own.correlationId;
    if (limit !== undefined) headers[template.left] = limit.header(own.left);
    return headers;
  };
}

function makeTemplate(representation: Representation, delivery: Delivery, limit: RateLimit | undefined): HitTemplate {
  const headers = [...headersOf(representation, delivery), ...ownHeaders(limit, { correlationId: '', left: 0 })];
  const valueOf = (name: string): number => headers.indexOf(name) + 1;
  const [age, correlationId, left] = [valueOf('Age'), valueOf('X-Correlation-ID'), valueOf('RateLimit')];
  return { headers, maxAge: delivery.maxAge, ageSeconds: delivery.ageSeconds, age, correlationId, left };
}
