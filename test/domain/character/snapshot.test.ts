import { expect } from 'chai';
import { snapshotDecider, type Snapshot } from '../../../src/domain/character/snapshot.ts';

const { decide, evolve, initialState } = snapshotDecider;
const snapshot: Snapshot = {
  characterKey: '강은호',
  character: { ocid: '0f', name: '강은호', world: '스카니아', class: '에반', level: 285 },
  fingerprint: 'first',
  equipment: { characterClass: '에반', characterLevel: 285, activePreset: 1, items: [], presets: [] },
  payloadHash: 'hash',
  fetchStartedAt: '2026-11-22T00:00:00.000Z',
  fetchedAt: '2026-11-22T00:00:01.000Z',
};
const later = { ...snapshot, fetchStartedAt: '2026-11-22T01:00:00.000Z', fetchedAt: '2026-11-22T01:00:01.000Z' };
const given = (...looks: Snapshot[]) =>
  looks.reduce((state, look) => decide(look, state).reduce(evolve, state), initialState);

describe('snapshots of a character', () => {
  it('records the first look', () => {
    expect(decide(snapshot, initialState)).to.deep.equal([{ type: 'SnapshotRecorded', data: snapshot }]);
  });

  it('confirms without the equipment when nothing has changed', () => {
    const [event] = decide(later, given(snapshot));
    expect(event?.type).to.equal('SnapshotConfirmed');
    expect(event?.data).not.to.have.property('equipment');
  });

  it('records again when the equipment or who the character is has changed', () => {
    expect(decide({ ...later, fingerprint: 'second' }, given(snapshot))[0]?.type).to.equal('SnapshotRecorded');
    const moved = { ...later, character: { ...later.character, world: '루나' } };
    expect(decide(moved, given(snapshot))[0]?.type).to.equal('SnapshotRecorded');
  });

  it('ignores a look that is not newer than the last', () => {
    expect(decide(snapshot, given(snapshot))).to.deep.equal([]);
    expect(decide({ ...snapshot, fingerprint: 'second' }, given(snapshot, later))).to.deep.equal([]);
  });
});
