import type { Decider } from '../decider.ts';

/**
 * The stream `upstream-<provider>`: episodes in which the upstream was not called, one `OutageStarted` and one
 * `OutageEnded` each, however many processes noticed. Its last event tells its whole state.
 */
export type OutageCause =
  /** Calls failed. */
  | 'failures'
  /** The upstream refused us for a mistake of ours: a key, a path. */
  | 'our-fault'
  /** An operator said so. */
  | 'operator';

export interface OutageStarted {
  readonly provider: string;
  readonly cause: OutageCause;
  /** What was seen: error code, endpoint. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Calls of the last seconds in the process that noticed, and how many of them failed. */
  readonly calls: number;
  readonly failures: number;
}

export interface OutageEnded {
  readonly provider: string;
  readonly cause: OutageCause;
  /** Probes it took, of the process that saw the end. */
  readonly probes: number;
}

export type OutageEvent =
  | { readonly type: 'OutageStarted'; readonly data: OutageStarted }
  | { readonly type: 'OutageEnded'; readonly data: OutageEnded };

export type OutageCommand =
  ({ readonly type: 'start' } & Omit<OutageStarted, 'provider'>) | { readonly type: 'end'; readonly probes: number };

/** The cause of the open episode, `undefined` while there is none. */
export interface OutageState {
  readonly open: OutageCause | undefined;
}

/** The stream of the episodes of one provider. */
export function outageStream(provider: string): string {
  return `upstream-${provider}`;
}

/** The one provider we have: the game's open API. */
export const GAME_API = 'nexon';

/** Whether this, the last event of the stream, leaves an episode open. */
export function outageOpen(last: { readonly type: string } | undefined): boolean {
  return last?.type === 'OutageStarted';
}

/** Decides and folds the episodes of a provider: one begins only when none is open, and only an open one ends. */
export function outageDecider(provider: string): Decider<OutageCommand, OutageState, OutageEvent> {
  return {
    initialState: { open: undefined },
    decide: (command, { open }) => {
      if (command.type === 'end') {
        if (open === undefined) return [];
        return [{ type: 'OutageEnded', data: { provider, cause: open, probes: command.probes } }];
      }
      if (open !== undefined) return [];
      const { cause, evidence, calls, failures } = command;
      return [{ type: 'OutageStarted', data: { provider, cause, evidence, calls, failures } }];
    },
    evolve: (_, event) => ({ open: event.type === 'OutageStarted' ? event.data.cause : undefined }),
  };
}
