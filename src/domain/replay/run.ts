import type { Decider } from '../decider.ts';
import { ProblemError } from '../errors.ts';
import type { Reconciliation } from './reconciliation.ts';
import type { ReplayScope } from './plan.ts';

/** The stream `replay-<id>`: one run over a backlog, from the plan to its reconciliation. */
export interface ReplayPlanned {
  readonly planHash: string;
  readonly scope: ReplayScope;
  readonly characters: number;
  readonly upstreamCalls: number;
  readonly by: string;
}

/** Characters so far: handed to the workers, and by what became of their requests. */
export interface ReplayProgress {
  readonly ranges: number;
  readonly handedOut: number;
  readonly valued: number;
  readonly ignored: number;
  readonly parked: number;
}

export interface ReplayStarted {
  /** The fencing token: only the coordinator that wrote the last one goes on. */
  readonly coordinator: string;
  /** The run stops when this many characters have been parked. */
  readonly poisonBudget: number;
}

export interface ReplayCheckpointed {
  readonly coordinator: string;
  readonly progress: ReplayProgress;
}

export type PauseReason = 'operator' | 'interrupted' | 'poison-budget';

export interface ReplayPaused {
  readonly by: string;
  readonly reason: PauseReason;
}

export interface ReplayResumed {
  readonly by: string;
  /** `null`: the coordinator that waits goes on. */
  readonly started: ReplayStarted | null;
}

export interface ReplayCompleted {
  readonly coordinator: string;
  readonly progress: ReplayProgress;
  readonly reconciliation: Reconciliation;
}

export interface ReplayCancelled {
  readonly by: string;
}

export type ReplayEvent =
  | { readonly type: 'ReplayPlanned'; readonly data: ReplayPlanned }
  | { readonly type: 'ReplayStarted'; readonly data: ReplayStarted }
  | { readonly type: 'ReplayCheckpointed'; readonly data: ReplayCheckpointed }
  | { readonly type: 'ReplayPaused'; readonly data: ReplayPaused }
  | { readonly type: 'ReplayResumed'; readonly data: ReplayResumed }
  | { readonly type: 'ReplayCompleted'; readonly data: ReplayCompleted }
  | { readonly type: 'ReplayCancelled'; readonly data: ReplayCancelled };

export const REPLAY_EVENTS = [
  'ReplayPlanned',
  'ReplayStarted',
  'ReplayCheckpointed',
  'ReplayPaused',
  'ReplayResumed',
  'ReplayCompleted',
  'ReplayCancelled',
] as const satisfies readonly ReplayEvent['type'][];

export type ReplayCommand =
  | ({ readonly kind: 'plan' } & ReplayPlanned)
  | ({ readonly kind: 'start' } & ReplayStarted)
  | ({ readonly kind: 'checkpoint' } & ReplayCheckpointed)
  | ({ readonly kind: 'pause' } & ReplayPaused)
  /** An operator's word to the coordinator that waits. */
  | { readonly kind: 'resume'; readonly by: string }
  /** Another coordinator takes the run over. */
  | ({ readonly kind: 'take-over'; readonly by: string } & ReplayStarted)
  | ({ readonly kind: 'complete' } & ReplayCompleted)
  | ({ readonly kind: 'cancel' } & ReplayCancelled);

export type ReplayStatus = 'none' | 'planned' | 'running' | 'paused' | 'completed' | 'cancelled';

export interface ReplayState {
  readonly status: ReplayStatus;
  readonly coordinator: string | null;
  readonly poisonBudget: number;
  readonly pausedFor: PauseReason | null;
  readonly progress: ReplayProgress;
}

const LEGAL: { readonly [K in ReplayCommand['kind']]: readonly ReplayStatus[] } = {
  plan: ['none'],
  start: ['planned'],
  // What was under way when it was paused still ends, and so may the run.
  checkpoint: ['running', 'paused'],
  pause: ['running'],
  resume: ['paused'],
  'take-over': ['running', 'paused'],
  complete: ['running', 'paused'],
  cancel: ['planned', 'running', 'paused'],
};

function decide(command: ReplayCommand, state: ReplayState): readonly ReplayEvent[] {
  if (!LEGAL[command.kind].includes(state.status)) {
    throw new ProblemError('conflict', `cannot ${command.kind} a replay that is ${state.status}`);
  }
  if ((command.kind === 'checkpoint' || command.kind === 'complete') && command.coordinator !== state.coordinator) {
    throw new ProblemError('conflict', 'another process has taken this replay over');
  }
  return [eventOf(command)];
}

function eventOf(command: ReplayCommand): ReplayEvent {
  switch (command.kind) {
    case 'plan': {
      const { planHash, scope, characters, upstreamCalls, by } = command;
      return { type: 'ReplayPlanned', data: { planHash, scope, characters, upstreamCalls, by } };
    }
    case 'start':
      return { type: 'ReplayStarted', data: startOf(command) };
    case 'checkpoint':
      return {
        type: 'ReplayCheckpointed',
        data: { coordinator: command.coordinator, progress: command.progress },
      };
    case 'pause':
      return { type: 'ReplayPaused', data: { by: command.by, reason: command.reason } };
    case 'resume':
      return { type: 'ReplayResumed', data: { by: command.by, started: null } };
    case 'take-over':
      return { type: 'ReplayResumed', data: { by: command.by, started: startOf(command) } };
    case 'complete': {
      const { coordinator, progress, reconciliation } = command;
      return { type: 'ReplayCompleted', data: { coordinator, progress, reconciliation } };
    }
    case 'cancel':
      return { type: 'ReplayCancelled', data: { by: command.by } };
  }
}

function startOf({ coordinator, poisonBudget }: ReplayStarted): ReplayStarted {
  return { coordinator, poisonBudget };
}

function evolve(state: ReplayState, event: ReplayEvent): ReplayState {
  switch (event.type) {
    case 'ReplayPlanned':
      return { ...state, status: 'planned' };
    case 'ReplayStarted':
      return { ...state, status: 'running', ...event.data };
    case 'ReplayCheckpointed':
      return { ...state, progress: event.data.progress };
    case 'ReplayPaused':
      return { ...state, status: 'paused', pausedFor: event.data.reason };
    case 'ReplayResumed':
      return { ...state, status: 'running', pausedFor: null, ...event.data.started };
    case 'ReplayCompleted':
      return { ...state, status: 'completed', progress: event.data.progress };
    case 'ReplayCancelled':
      return { ...state, status: 'cancelled', pausedFor: null };
  }
}

/** Decides and folds a run. Throws `ProblemError` `conflict` for what cannot follow on where it stands. */
export const replayDecider: Decider<ReplayCommand, ReplayState, ReplayEvent> = {
  initialState: {
    status: 'none',
    coordinator: null,
    poisonBudget: 0,
    pausedFor: null,
    progress: { ranges: 0, handedOut: 0, valued: 0, ignored: 0, parked: 0 },
  },
  decide,
  evolve,
};
