import { expect } from 'chai';
import { ConcurrencyError, PartialDuplicateError } from '../../src/event-store/errors.ts';
import type { AppendOutcome, EventStore, ExpectedRevision } from '../../src/event-store/event-store.ts';
import { ids, newEvent, newEvents, unique } from './fixtures.ts';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [settled] = await Promise.allSettled([promise]);
  return settled.status === 'rejected' ? settled.reason : expect.fail('expected a rejection');
}

function expectConcurrency(error: unknown, stream: string, expected: ExpectedRevision, actual: ExpectedRevision): void {
  expect(error).to.be.instanceOf(ConcurrencyError);
  expect(error).to.include({ stream, expected, actual });
}

export function describeAppending(store: () => EventStore): void {
  describe('append', () => {
    it('starts a stream at revision 0 and goes on from there', async () => {
      const stream = unique('append');
      const first = await store().append(stream, 'no-stream', newEvents(2));
      const second = await store().append(stream, 1, newEvents(3));
      expect(first).to.include({ revision: 1, idempotent: false });
      expect(second).to.include({ revision: 4, idempotent: false });
      expect(second.position > first.position).to.equal(true);
      expect((await store().readStream(stream)).map((event) => event.revision)).to.deep.equal([0, 1, 2, 3, 4]);
    });

    it('answers with the position of its last event', async () => {
      const stream = unique('append');
      const { position } = await store().append(stream, 'no-stream', newEvents(3));
      expect((await store().readLast(stream))?.position).to.equal(position);
    });

    it('refuses an append without events', async () => {
      expect(await rejection(store().append(unique('append'), 'no-stream', []))).to.be.instanceOf(RangeError);
    });

    it('refuses data that has no JSON form and stores nothing of it', async () => {
      const stream = unique('append');
      const events = [newEvent(), { ...newEvent(), data: undefined }];
      expect(await rejection(store().append(stream, 'no-stream', events))).to.be.instanceOf(TypeError);
      expect(await store().readStream(stream)).to.deep.equal([]);
    });

    const mismatches: { standing: number; expected: ExpectedRevision; actual: ExpectedRevision }[] = [
      { standing: 0, expected: 0, actual: 'no-stream' },
      { standing: 0, expected: 7, actual: 'no-stream' },
      { standing: 3, expected: 'no-stream', actual: 2 },
      { standing: 3, expected: 0, actual: 2 },
      { standing: 3, expected: 1, actual: 2 },
      { standing: 3, expected: 3, actual: 2 },
      { standing: 3, expected: 9, actual: 2 },
    ];
    for (const { standing, expected, actual } of mismatches) {
      it(`refuses expected revision ${expected} on a stream of ${standing} events`, async () => {
        const stream = unique('mismatch');
        if (standing > 0) await store().append(stream, 'no-stream', newEvents(standing));
        expectConcurrency(await rejection(store().append(stream, expected, newEvents(2))), stream, expected, actual);
        expect(await store().readStream(stream)).to.have.length(standing);
      });
    }

    it('lets exactly one of many concurrent writers win each revision', async () => {
      const stream = unique('race');
      let expected: ExpectedRevision = 'no-stream';
      for (let round = 0; round < 5; round++) {
        const writers = Array.from({ length: 12 }, () => store().append(stream, expected, newEvents(2)));
        const settled = await Promise.allSettled(writers);
        const won = settled.filter((one) => one.status === 'fulfilled');
        const lost = settled.filter((one) => one.status === 'rejected');
        expect(won).to.have.length(1);
        for (const { reason } of lost) expect(reason).to.be.instanceOf(ConcurrencyError);
        expected = won[0]!.value.revision;
      }
      expect(expected).to.equal(9);
      expect(await store().readStream(stream)).to.have.length(10);
    });
  });

  describe('idempotent append', () => {
    it('answers the repetition of an append like the append itself', async () => {
      const stream = unique('again');
      const events = newEvents(3);
      const first = await store().append(stream, 'no-stream', events);
      expect(await store().append(stream, 'no-stream', events)).to.deep.equal({ ...first, idempotent: true });
      expect(await store().readStream(stream)).to.have.length(3);
    });

    it('does so in the middle of a stream, also when later events follow', async () => {
      const stream = unique('again');
      await store().append(stream, 'no-stream', newEvents(2));
      const events = newEvents(2);
      const first = await store().append(stream, 1, events);
      await store().append(stream, 3, newEvents(5));
      expect(await store().append(stream, 1, events)).to.deep.equal({ ...first, idempotent: true });
      expect(await store().readStream(stream)).to.have.length(9);
    });

    it('stores the same append once when many writers repeat it at the same time', async () => {
      const stream = unique('again');
      const events = newEvents(2);
      const results = await Promise.all(Array.from({ length: 10 }, () => store().append(stream, 'no-stream', events)));
      expect(new Set(results.map((result) => `${result.revision}@${result.position}`)).size).to.equal(1);
      expect(ids(await store().readStream(stream))).to.deep.equal(ids(events));
    });

    it('refuses a partial duplicate: the stream ends inside the append', async () => {
      const stream = unique('partial');
      const [a, b, c] = newEvents(3) as [
        ReturnType<typeof newEvent>,
        ReturnType<typeof newEvent>,
        ReturnType<typeof newEvent>,
      ];
      await store().append(stream, 'no-stream', [a, b]);
      const error = await rejection(store().append(stream, 'no-stream', [a, b, c]));
      expect(error).to.be.instanceOf(PartialDuplicateError);
      expect(error).to.include({ stream, firstRevision: 0 });
      expect(await store().readStream(stream)).to.have.length(2);
    });

    it('refuses a partial duplicate: another event stands in the middle', async () => {
      const stream = unique('partial');
      const standing = newEvents(4);
      await store().append(stream, 'no-stream', standing);
      const error = await rejection(store().append(stream, 0, [standing[1]!, newEvent(), standing[3]!]));
      expect(error).to.be.instanceOf(PartialDuplicateError);
      expect(error).to.include({ stream, firstRevision: 1 });
    });
  });

  describe('appendMany', () => {
    const statuses = (outcomes: readonly AppendOutcome[]) => outcomes.map((outcome) => outcome.status);

    it('appends to many streams and answers in the order of its entries', async () => {
      const appends = Array.from({ length: 40 }, (_, i) => ({
        stream: unique(`many-${(i * 7) % 40}`),
        expectedRevision: 'no-stream' as const,
        events: newEvents(1 + (i % 3)),
      }));
      const outcomes = await store().appendMany(appends);
      expect(outcomes).to.have.length(40);
      for (const [i, { stream, events }] of appends.entries()) {
        const standing = await store().readStream(stream);
        expect(ids(standing)).to.deep.equal(ids(events));
        const { position, revision } = standing.at(-1)!;
        expect(outcomes[i]).to.deep.equal({ status: 'appended', position, revision, idempotent: false });
      }
    });

    it('gives every stream its own outcome: nobody fails with a neighbour', async () => {
      const [taken, fresh, repeated, cut, longer] = ['taken', 'fresh', 'repeated', 'cut', 'longer'].map(unique) as [
        string,
        string,
        string,
        string,
        string,
      ];
      const again = newEvents(2);
      const half = newEvents(1);
      await store().append(taken, 'no-stream', newEvents(2));
      const before = await store().append(repeated, 'no-stream', again);
      await store().append(cut, 'no-stream', half);
      await store().append(longer, 'no-stream', newEvents(3));

      const outcomes = await store().appendMany([
        { stream: taken, expectedRevision: 'no-stream', events: newEvents(2) },
        { stream: fresh, expectedRevision: 'no-stream', events: newEvents(2) },
        { stream: repeated, expectedRevision: 'no-stream', events: again },
        { stream: cut, expectedRevision: 'no-stream', events: [...half, newEvent()] },
        { stream: longer, expectedRevision: 2, events: newEvents(1) },
        { stream: unique('empty'), expectedRevision: 'no-stream', events: [] },
      ]);

      expect(statuses(outcomes)).to.deep.equal(['failed', 'appended', 'appended', 'failed', 'appended', 'failed']);
      expect(outcomes[0]).to.have.property('error').that.is.instanceOf(ConcurrencyError);
      expect(outcomes[2]).to.deep.equal({ status: 'appended', ...before, idempotent: true });
      expect(outcomes[3]).to.have.property('error').that.is.instanceOf(PartialDuplicateError);
      expect(outcomes[4]).to.include({ revision: 3 });
      expect(outcomes[5]).to.have.property('error').that.is.instanceOf(RangeError);
      expect(await store().readStream(fresh)).to.have.length(2);
    });

    it('stores the same entry once when a group holds it twice', async () => {
      const entry = { stream: unique('twice'), expectedRevision: 'no-stream' as const, events: newEvents(1) };
      const outcomes = await store().appendMany([
        entry,
        { ...entry, stream: unique('other'), events: newEvents(1) },
        entry,
      ]);
      expect(statuses(outcomes)).to.deep.equal(['appended', 'appended', 'appended']);
      expect(await store().readStream(entry.stream)).to.have.length(1);
    });

    it('takes an empty group', async () => {
      expect(await store().appendMany([])).to.deep.equal([]);
    });
  });
}
