import { expect } from 'chai';
import type { EventStore, Position } from '../../src/event-store/event-store.ts';
import { ids, newEvent, newEvents, Subscriber, unique } from './fixtures.ts';

export function describeSubscribing(store: () => EventStore): void {
  describe('subscribe', () => {
    let subscribers: Subscriber[] = [];

    function subscribe(options: { after: Position; types?: readonly string[]; batchSize?: number }): Subscriber {
      const subscriber = new Subscriber(store(), options);
      subscribers.push(subscriber);
      return subscriber;
    }

    afterEach(async () => {
      await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
      subscribers = [];
    });

    it('catches up, then delivers live', async () => {
      const after = await store().head();
      const stream = unique('live');
      const old = newEvents(12);
      const caughtUp = await store().append(stream, 'no-stream', old);
      const subscriber = subscribe({ after, batchSize: 5 });
      await subscriber.reached(caughtUp.position);
      expect(ids(subscriber.events)).to.deep.equal(ids(old));
      const fresh = newEvents(3);
      const live = await store().append(stream, 11, fresh);
      await subscriber.reached(live.position);
      expect(ids(subscriber.events)).to.deep.equal([...ids(old), ...ids(fresh)]);
      for (const { events } of subscriber.slices) expect(events.length).to.be.at.most(5);
    });

    it('hands over from catch-up to live without loss, duplicate or disorder while eight writers write', async () => {
      const after = await store().head();
      const written = new Map<string, string[]>();
      const write = async (stream: string, rounds: number, from: number) => {
        let last = after;
        for (let i = from; i < from + rounds; i++) {
          const event = newEvent('Raced', { i });
          last = (await store().append(stream, i === 0 ? 'no-stream' : i - 1, [event])).position;
          written.set(stream, [...(written.get(stream) ?? []), event.id]);
        }
        return last;
      };
      const streams = Array.from({ length: 8 }, () => unique('race'));
      await Promise.all(streams.map((stream) => write(stream, 20, 0)));
      const writing = Promise.all(streams.map((stream) => write(stream, 30, 20)));
      const racing = [subscribe({ after, batchSize: 7 }), subscribe({ after })];
      const end = (await writing).reduce((a, b) => (a > b ? a : b));
      for (const subscriber of racing) {
        await subscriber.reached(end);
        for (const stream of streams)
          expect(ids(subscriber.events.filter((event) => event.stream === stream))).to.deep.equal(written.get(stream));
        expect(subscriber.events).to.have.length(8 * 50);
        expectInOrder(subscriber, after);
      }
    });

    it('delivers only the types asked for, and moves `through` over the others', async () => {
      const after = await store().head();
      const wanted = unique('Wanted');
      const stream = unique('types');
      const events = Array.from({ length: 20 }, (_, i) => newEvent(i % 4 === 1 ? wanted : 'Other'));
      const { position } = await store().append(stream, 'no-stream', events);
      const subscriber = subscribe({ after, types: [wanted], batchSize: 2 });
      await subscriber.reached(position);
      expect(ids(subscriber.events)).to.deep.equal(ids(events.filter((event) => event.type === wanted)));
      const beyond = await store().append(stream, 19, newEvents(2));
      await subscriber.reached(beyond.position);
      expect(subscriber.events).to.have.length(5);
      expectInOrder(subscriber, after);
    });

    it('delivers everything to each of many subscribers', async () => {
      const after = await store().head();
      const many = Array.from({ length: 20 }, () => subscribe({ after }));
      const stream = unique('many');
      const events = newEvents(10);
      let position = after;
      for (const [i, event] of events.entries())
        ({ position } = await store().append(stream, i === 0 ? 'no-stream' : i - 1, [event]));
      for (const subscriber of many) {
        await subscriber.reached(position);
        expect(ids(subscriber.events)).to.deep.equal(ids(events));
      }
    });

    it('waits for the handler: never two slices at a time', async () => {
      const after = await store().head();
      const { position } = await store().append(unique('slow'), 'no-stream', newEvents(10));
      const abort = new AbortController();
      let running = 0;
      let most = 0;
      let delivered = 0;
      await store().subscribe({ after, batchSize: 2, signal: abort.signal }, async (slice) => {
        most = Math.max(most, ++running);
        // Room for a second delivery to start, were there one: a round trip to the store.
        await store().readAll({ after, limit: 1 });
        running--;
        delivered += slice.events.length;
        if (slice.through >= position) abort.abort();
      });
      expect({ most, delivered }).to.deep.equal({ most: 1, delivered: 10 });
    });

    it('resolves when aborted: while waiting, from within the handler, and before it began', async () => {
      const after = await store().head();
      const waiting = subscribe({ after });
      const { position } = await store().append(unique('abort'), 'no-stream', newEvents(6));
      await waiting.reached(position);
      await waiting.stop();

      const abort = new AbortController();
      const seen: string[] = [];
      await store().subscribe({ after, batchSize: 2, signal: abort.signal }, (slice) => {
        seen.push(...ids(slice.events));
        abort.abort();
        return Promise.resolve();
      });
      // At most a batch: how much of it a first slice brings is the store's affair.
      expect(seen.length).to.be.within(1, 2);

      await store().subscribe({ after, signal: AbortSignal.abort() }, () => expect.fail('delivered after the abort'));
    });

    it('rejects when the handler rejects, and delivers nothing more', async () => {
      const after = await store().head();
      await store().append(unique('reject'), 'no-stream', newEvents(6));
      let calls = 0;
      const refusal = new Error('the handler refuses');
      const subscription = store().subscribe({ after, batchSize: 2, signal: new AbortController().signal }, () => {
        calls++;
        return Promise.reject(refusal);
      });
      const [settled] = await Promise.allSettled([subscription]);
      expect(settled).to.deep.equal({ status: 'rejected', reason: refusal });
      expect(calls).to.equal(1);
    });

    it('goes on from the position of the last delivered event', async () => {
      const after = await store().head();
      const stream = unique('resume');
      const events = newEvents(8);
      const { position } = await store().append(stream, 'no-stream', events);
      const first = subscribe({ after, batchSize: 3 });
      await first.reached(position);
      const second = subscribe({ after: first.events[2]!.position });
      await second.reached(position);
      expect(ids(second.events)).to.deep.equal(ids(events.slice(3)));
    });
  });
}

/** Positions rise through all slices, and every slice covers its events. */
function expectInOrder(subscriber: Subscriber, after: Position): void {
  let last = after;
  for (const { events, through } of subscriber.slices) {
    for (const { position } of events) {
      expect(position > last).to.equal(true);
      last = position;
    }
    expect(through >= last).to.equal(true);
    last = through;
  }
}
