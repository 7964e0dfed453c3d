import { expect } from 'chai';
import { START } from '../../src/event-store/event-store.ts';
import type { EventStore } from '../../src/event-store/event-store.ts';
import { ids, newEvent, newEvents, readToEnd, unique } from './fixtures.ts';

export function describeReading(store: () => EventStore): void {
  describe('read', () => {
    it('gives back an event as it was written', async () => {
      const data = {
        name: '강은호',
        empty: '',
        nothing: null,
        text: 'quote " backslash \\ brace {} comma , newline \n NUL \u0000 snowman ☃ emoji 🗡️ lone \ud800',
        list: [1, -2.5, 1e21, true, [], {}],
        deep: { a: { b: { c: [null] } } },
      };
      const event = { ...newEvent('Written', data), schemaVersion: 3 };
      const stream = unique('읽기 "stream" \\ {,}');
      const { position } = await store().append(stream, 'no-stream', [event]);
      const [read] = await store().readStream(stream);
      const { recordedAt, ...rest } = read!;
      expect(rest).to.deep.equal({ ...event, stream, revision: 0, position });
      expect(new Date(recordedAt).toISOString()).to.equal(recordedAt);
    });

    it('keeps the log its own: a caller that changes an event later changes nothing', async () => {
      const stream = unique('own');
      const event = { ...newEvent(), data: { list: [1] } };
      await store().append(stream, 'no-stream', [event]);
      event.data.list.push(2);
      const [first] = await store().readStream(stream);
      expect(first?.data).to.deep.equal({ list: [1] });
    });

    it('keeps payloads of hundreds of kilobytes', async () => {
      const stream = unique('large');
      const data = { text: '장비'.repeat(100_000) };
      await store().append(stream, 'no-stream', [newEvent('Large', data)]);
      expect((await store().readLast(stream))?.data).to.deep.equal(data);
    });

    it('reads a stream from a revision on', async () => {
      const stream = unique('from');
      const events = newEvents(5);
      await store().append(stream, 'no-stream', events);
      expect(ids(await store().readStream(stream, 3))).to.deep.equal(ids(events.slice(3)));
      expect(await store().readStream(stream, 5)).to.deep.equal([]);
      expect(await store().readStream(unique('missing'))).to.deep.equal([]);
    });

    it('reads a stream in pages', async () => {
      const stream = unique('pages');
      const events = newEvents(5);
      await store().append(stream, 'no-stream', events);
      expect(ids(await store().readStream(stream, 0, 2))).to.deep.equal(ids(events.slice(0, 2)));
      expect(ids(await store().readStream(stream, 2, 2))).to.deep.equal(ids(events.slice(2, 4)));
      expect(ids(await store().readStream(stream, 4, 2))).to.deep.equal(ids(events.slice(4)));
      expect(await store().readStream(stream, 5, 2)).to.deep.equal([]);
    });

    it('reads the last event of a stream', async () => {
      const stream = unique('last');
      expect(await store().readLast(stream)).to.equal(undefined);
      const events = newEvents(4);
      await store().append(stream, 'no-stream', events);
      expect(await store().readLast(stream)).to.deep.equal((await store().readStream(stream)).at(-1));
      expect((await store().readLast(stream))?.id).to.equal(events[3]!.id);
    });
  });

  describe('readAll', () => {
    it('gives every event after a position once, in log order, stream order inside it', async () => {
      const after = await store().head();
      const streams = [unique('all'), unique('all'), unique('all')];
      const written: string[] = [];
      for (let round = 0; round < 4; round++)
        for (const stream of streams) {
          const events = newEvents(2);
          await store().append(stream, round === 0 ? 'no-stream' : round * 2 - 1, events);
          written.push(...ids(events));
        }
      const slices = await readToEnd(store(), { after, limit: 5 });
      const events = slices.flatMap((slice) => slice.events);
      expect(ids(events)).to.deep.equal(written);
      for (const [i, event] of events.entries())
        expect(event.position > (events[i - 1]?.position ?? after)).to.equal(true);
    });

    it('takes `after` exclusively and holds the limit', async () => {
      const after = await store().head();
      const stream = unique('limit');
      await store().append(stream, 'no-stream', newEvents(7));
      const standing = await store().readStream(stream);
      const first = await store().readAll({ after, limit: 3 });
      expect(ids(first.events)).to.deep.equal(ids(standing.slice(0, 3)));
      expect(first.through).to.equal(standing[2]!.position);
      const rest = await store().readAll({ after: first.through, limit: 100 });
      expect(ids(rest.events)).to.deep.equal(ids(standing.slice(3)));
    });

    it('ends at the head: `through` covers what was read, and equals `after` when nothing is new', async () => {
      const { position } = await store().append(unique('end'), 'no-stream', newEvents(1));
      const head = await store().head();
      expect(head >= position).to.equal(true);
      expect(await store().readAll({ after: head, limit: 10 })).to.deep.equal({ events: [], through: head });
    });

    it('reads only the types asked for, and moves `through` over the others', async () => {
      const after = await store().head();
      const [wanted, alsoWanted, other] = [unique('Wanted'), unique('AlsoWanted'), unique('Other')];
      const stream = unique('types');
      const events = Array.from({ length: 30 }, (_, i) => newEvent([other, wanted, other, alsoWanted, other][i % 5]));
      const { position } = await store().append(stream, 'no-stream', events);
      const types = [wanted, alsoWanted];
      const slices = await readToEnd(store(), { after, limit: 4, types });
      expect(ids(slices.flatMap((slice) => slice.events))).to.deep.equal(
        ids(events.filter((e) => types.includes(e.type))),
      );
      for (const { events: some, through } of slices) {
        expect(some.length).to.be.at.most(4);
        if (some.length > 0) expect(through >= some.at(-1)!.position).to.equal(true);
      }
      expect(slices.at(-1)!.through >= position).to.equal(true);
    });

    it('moves `through` to the end when no type matches', async () => {
      const after = await store().head();
      const { position } = await store().append(unique('types'), 'no-stream', newEvents(3));
      const slices = await readToEnd(store(), { after, limit: 2, types: [unique('Never')] });
      expect(slices.flatMap((slice) => slice.events)).to.deep.equal([]);
      expect(slices.at(-1)!.through >= position).to.equal(true);
    });

    it('reads from the start of the log', async () => {
      const type = unique('FromStart');
      const events = newEvents(3, type);
      await store().append(unique('start'), 'no-stream', events);
      const slices = await readToEnd(store(), { after: START, limit: 1000, types: [type] });
      expect(ids(slices.flatMap((slice) => slice.events))).to.deep.equal(ids(events));
    });

    it('has one identity, a uuid', async () => {
      expect(await store().storeId()).to.match(/^[0-9a-f-]{36}$/);
      expect(await store().storeId()).to.equal(await store().storeId());
    });
  });
}
