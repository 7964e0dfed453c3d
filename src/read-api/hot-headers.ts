/** Headers that change nothing about a cached answer. */
const HARMLESS = `host connection user-agent accept accept-language referer origin dnt priority pragma cookie
  upgrade-insecure-requests sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user sec-ch-ua sec-ch-ua-mobile
  sec-ch-ua-platform sec-gpc traceparent tracestate x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port
  x-real-ip forwarded via`.split(/\s+/);

/** The headers that an answer depends on. */
export interface Asked {
  acceptEncoding: string | undefined;
  ifNoneMatch: string | undefined;
  cacheControl: string | undefined;
  correlationId: string | undefined;
}

type Meaning = keyof Asked | 'harmless';

/** What a header means to the lane, by its name in lower case; any other sends the request to Express. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...HARMLESS.map((name) => [name, 'harmless'] as const),
  ['accept-encoding', 'acceptEncoding'],
  ['if-none-match', 'ifNoneMatch'],
  ['cache-control', 'cacheControl'],
  ['x-correlation-id', 'correlationId'],
]);

/** The headers that matter here, `undefined` when there is one, or one twice, that the lane does not understand. */
export function readHeaders(raw: readonly string[]): Asked | undefined {
  const asked: Asked = {
    acceptEncoding: undefined,
    ifNoneMatch: undefined,
    cacheControl: undefined,
    correlationId: undefined,
  };
  for (let i = 0; i < raw.length; i += 2) {
    const meaning = meaningOf(raw[i] ?? '');
    if (meaning === 'harmless') continue;
    if (meaning === undefined || asked[meaning] !== undefined) return undefined;
    asked[meaning] = raw[i + 1];
  }
  return asked;
}

interface Spelled {
  readonly name: string;
  readonly meaning: Meaning;
}

/**
 * The names as clients spell them, by their length: to compare a text that has just arrived with a few is cheaper than to
 * hash it for a map.
 */
const SPELLINGS: readonly (readonly Spelled[] | undefined)[] = byLength([
  ...[...MEANINGS].map(([name, meaning]) => ({ name: capitalised(name), meaning })),
  ...[...MEANINGS].map(([name, meaning]) => ({ name, meaning })),
]);

function capitalised(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function byLength(spellings: readonly Spelled[]): Spelled[][] {
  const lists: Spelled[][] = [];
  for (const spelling of spellings) (lists[spelling.name.length] ??= []).push(spelling);
  return lists;
}

function meaningOf(name: string): Meaning | undefined {
  const spelled = SPELLINGS[name.length]?.find((spelling) => spelling.name === name);
  return spelled === undefined ? MEANINGS.get(name.toLowerCase()) : spelled.meaning;
}
