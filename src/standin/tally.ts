import { ENDPOINTS, type Endpoint } from './switches.ts';

type Calls = Record<Endpoint, number>;

/** What the stand-in has counted, so that a test can say how often the upstream was called. */
export interface Stats {
  readonly calls: Calls;
  /** Calls by character, by the name it was asked for under first. */
  readonly characters: Readonly<Record<string, Calls>>;
  /** Calls that failed because a switch said so. */
  readonly failed: number;
  /** Calls being answered now. */
  readonly open: number;
  /** Most calls that were being answered at a time. */
  readonly mostOpen: number;
  /** Bytes written to the connections of answered calls. */
  readonly bytesSent: number;
}

/** Counts calls. */
export interface Tally {
  readonly begin: (endpoint: Endpoint, character: string | undefined) => void;
  readonly fail: () => void;
  readonly end: (bytes: number) => void;
  readonly read: () => Stats;
  /** Forgets all counts; calls being answered now stay open. */
  readonly reset: () => void;
}

export function createTally(): Tally {
  const noCalls = (): Calls => Object.fromEntries(ENDPOINTS.map((endpoint) => [endpoint, 0])) as Calls;
  let calls = noCalls();
  const characters = new Map<string, Calls>();
  let failed = 0;
  let open = 0;
  let mostOpen = 0;
  let bytesSent = 0;
  return {
    begin: (endpoint, character) => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      calls[endpoint] += 1;
      if (character === undefined) return;
      const own = characters.get(character) ?? noCalls();
      own[endpoint] += 1;
      characters.set(character, own);
    },
    fail: () => {
      failed += 1;
    },
    end: (bytes) => {
      open -= 1;
      bytesSent += bytes;
    },
    read: () => ({
      calls: { ...calls },
      characters: Object.fromEntries(characters),
      failed,
      open,
      mostOpen,
      bytesSent,
    }),
    reset: () => {
      calls = noCalls();
      characters.clear();
      [failed, mostOpen, bytesSent] = [0, open, 0];
    },
  };
}
