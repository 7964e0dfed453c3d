/**
 * Whether the client has the representation of this ETag (RFC 9110 §13.1.2): `If-None-Match` lists it, weak or strong, or
 * is `*`, and `Cache-Control` does not ask for it anew. Both as the headers came, absent or not.
 */
export function clientHas(
  etag: string,
  { ifNoneMatch, cacheControl }: { ifNoneMatch: string | undefined; cacheControl: string | undefined },
): boolean {
  if (ifNoneMatch === undefined || (cacheControl !== undefined && /\bno-cache\b/i.test(cacheControl))) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((listed) => listed.trim().replace(/^W\//, '') === etag);
}
