import { snapshotStream } from '../domain/character/snapshot.ts';
import { readEvent } from '../domain/events.ts';
import { evolveCharacter, type CharacterAnswer, type CharacterState } from '../domain/valuation/character-state.ts';
import { expectationStream } from '../domain/valuation/expectation.ts';
import type { EventStore, RecordedEvent } from '../event-store/event-store.ts';

type Streams = Pick<EventStore, 'readStream' | 'readLast'>;

/** The events of a stream from one revision up to, and without, another. */
interface Range {
  readonly stream: string;
  readonly from: number;
  readonly end: number;
}

/** So many events before the moment tell the answer nearly always; if not, so many times more are read, and so on. */
const FIRST_WINDOW = 16;
const WIDER = 16;
/** Events held at a time, of each of the two streams. */
const PAGE = 64;

/**
 * What a reader would have been shown of a character at a moment, folded from the log; `undefined` when it had not been
 * valued by then. What counts is when events occurred, not when they were recorded: an import keeps the past.
 */
export async function answerAt(store: Streams, ocid: string, at: Date): Promise<CharacterAnswer | undefined> {
  const [snapshots, expectations] = [snapshotStream(ocid), expectationStream(ocid)];
  const ends = await Promise.all([countUntil(store, snapshots, at), countUntil(store, expectations, at)]);
  if (Math.min(...ends) === 0) return undefined;
  for (let window = FIRST_WINDOW; ; window *= WIDER) {
    const from = ends.map((end) => Math.max(0, end - window));
    const { answer } = await fold(
      inLogOrder(
        readRange(store, { stream: snapshots, from: from[0] ?? 0, end: ends[0] }),
        readRange(store, { stream: expectations, from: from[1] ?? 0, end: ends[1] }),
      ),
    );
    // What is known from the last events alone is what all of them would tell: each replaces what came before.
    if (answer !== undefined || window >= Math.max(...ends)) return answer;
  }
}

/**
 * How many events of a stream had occurred at a moment, in few short reads however long the stream. Their dates ascend
 * as far as the clocks of its writers agree; the moment is no more exact than that.
 */
async function countUntil(store: Streams, stream: string, at: Date): Promise<number> {
  const occurred = (event: RecordedEvent | undefined): boolean =>
    event !== undefined && Date.parse(event.metadata.occurredAt) <= at.getTime();
  const last = await store.readLast(stream);
  if (last === undefined) return 0;
  let [known, beyond] = occurred(last) ? [last.revision + 1, last.revision + 1] : [0, last.revision];
  while (known < beyond) {
    const middle = Math.floor((known + beyond) / 2);
    const [event] = await store.readStream(stream, middle, 1);
    if (occurred(event)) known = middle + 1;
    else beyond = middle;
  }
  return known;
}

async function* readRange(store: Streams, { stream, from, end }: Range): AsyncGenerator<RecordedEvent> {
  for (let next = from; next < end; next += PAGE) {
    yield* await store.readStream(stream, next, Math.min(PAGE, end - next));
  }
}

/** Two streams as one, by log position. */
async function* inLogOrder(
  left: AsyncGenerator<RecordedEvent>,
  right: AsyncGenerator<RecordedEvent>,
): AsyncGenerator<RecordedEvent> {
  let [l, r] = [await left.next(), await right.next()];
  while (l.done !== true && r.done !== true) {
    if (l.value.position < r.value.position) {
      yield l.value;
      l = await left.next();
    } else {
      yield r.value;
      r = await right.next();
    }
  }
  if (l.done !== true) yield l.value;
  if (r.done !== true) yield r.value;
  yield* left;
  yield* right;
}

async function fold(events: AsyncIterable<RecordedEvent>): Promise<CharacterState> {
  let state: CharacterState = {};
  for await (const stored of events) {
    const event = readEvent(stored);
    // Of a snapshot that was recorded before the first event read here.
    if (event.type === 'SnapshotConfirmed' && state.snapshot === undefined) continue;
    state = evolveCharacter(state, event);
  }
  return state;
}
