/** How old an answer is: young enough, too old, or too old with newer work under way. */
export type Freshness = 'fresh' | 'stale' | 'updating';

/**
 * A stored body begins with the two facts that change without the valuation changing. They are rewritten in place of a
 * new rendering: `{"freshness":"fresh","asOf":"2026-01-01T00:00:00.000Z",…`.
 */
const HEAD = /^\{"freshness":"(?:fresh|stale|updating)","asOf":"[^"]{24}",/;
const LONGEST_HEAD = 80;

/** The same answer with another freshness and date; `body` is plain JSON. Throws when it does not begin with a head. */
export function withHead(body: Buffer, freshness: Freshness, asOf: Date): Buffer {
  const match = HEAD.exec(body.toString('latin1', 0, LONGEST_HEAD));
  if (match === null) throw new Error('a stored expectation does not begin with freshness and asOf');
  const head = `{"freshness":"${freshness}","asOf":"${asOf.toISOString()}",`;
  return Buffer.concat([Buffer.from(head), body.subarray(match[0].length)]);
}
