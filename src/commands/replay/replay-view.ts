import { readEvent, type DomainEvent } from '../../domain/events.ts';
import { REPLAY_EVENTS, replayDecider, type ReplayEvent, type ReplayState } from '../../domain/replay/run.ts';
import type { RecordedEvent } from '../../event-store/event-store.ts';
import type { Transaction } from '../../event-store/subscriber.ts';

const STREAM_PREFIX = 'replay-';
const TYPES: ReadonlySet<string> = new Set(REPLAY_EVENTS);

/** Keeps the runs: the last part of the subscription "backlog". */
export async function applyToReplays(sql: Transaction, events: readonly RecordedEvent[]): Promise<void> {
  for (const event of events) {
    if (TYPES.has(event.type)) await applyOne(sql, event, readEvent(event) as DomainEvent & ReplayEvent);
  }
}

async function applyOne(sql: Transaction, recorded: RecordedEvent, event: ReplayEvent): Promise<void> {
  const id = recorded.stream.slice(STREAM_PREFIX.length);
  const at = recorded.metadata.occurredAt;
  if (event.type === 'ReplayPlanned') {
    const state = replayDecider.evolve(replayDecider.initialState, event);
    const plan = sql.json(asJson(event.data));
    await sql`
      insert into replay_view ${sql({
        ...{ id, position: String(recorded.position), status: state.status, mark: event.data.scope.mark },
        ...{ plan, state: sql.json(asJson(state)), planned_at: at, changed_at: at },
      })}
      on conflict (id) do nothing`;
    return;
  }
  const [row] = await sql<{ state: ReplayState }[]>`select state from replay_view where id = ${id}`;
  if (row === undefined) throw new Error(`${recorded.stream} does not begin with a plan`);
  const state = replayDecider.evolve(row.state, event);
  const reconciliation = event.type === 'ReplayCompleted' ? sql.json(asJson(event.data.reconciliation)) : null;
  await sql`
    update replay_view
    set status = ${state.status}, state = ${sql.json(asJson(state))}, changed_at = ${at},
        reconciliation = coalesce(${reconciliation}, reconciliation)
    where id = ${id}`;
}

/** Events are plain data: the driver's type asks for an index signature that interfaces do not have. */
function asJson(data: object): Record<string, never> {
  return data as Record<string, never>;
}
