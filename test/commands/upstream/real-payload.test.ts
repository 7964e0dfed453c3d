import { expect } from 'chai';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normaliseEquipment } from '../../../src/domain/character/normalise.ts';
import { sharedData, skipLoudly } from '../../support/shared-data.ts';
import { startHarness } from './harness.ts';

describe('a real payload', () => {
  it('passes from a folder through stand-in, client and normaliser unchanged', async function () {
    const samples = sharedData('upstream-samples');
    if (samples === undefined) skipLoudly(this, 'the real payload is not beside the project');
    const folder = mkdtempSync(join(tmpdir(), 'real-'));
    mkdirSync(join(folder, '강은호'));
    copyFileSync(join(samples, 'basic_character_info.json'), join(folder, '강은호', 'basic.json'));
    copyFileSync(join(samples, 'evan_equip.json'), join(folder, '강은호', 'item-equipment.json'));
    const { client, stop } = await startHarness(folder);
    rmSync(folder, { recursive: true });
    const ocid = await client.lookUpOcid('강은호');
    const calls = Promise.all([client.fetchBasic(ocid), client.fetchItemEquipment(ocid)]);
    const [basic, equipment] = await calls.finally(stop);

    const normalised = normaliseEquipment(basic.data, equipment.data);
    expect(normalised).to.include({ characterClass: '에반', characterLevel: 295, activePreset: 2 });
    expect(normalised.presets.map(({ items }) => items.length)).to.deep.equal([23, 24, 23]);
    expect(normalised.items).to.have.length(34);
    const worn = normalised.presets[1]!.items.map((index) => normalised.items[index]!);
    expect(worn.map(({ slot }) => slot)).to.deep.equal(
      equipment.data.item_equipment.map((item) => item.item_equipment_slot),
    );
    expect(worn[0]).to.deep.include({
      name: '에테르넬 메이지햇',
      slot: '모자',
      level: 250,
      stars: 22,
      baseMagicPower: 10,
    });
    expect(worn[0]!.potential).to.deep.equal({
      grade: 'legendary',
      sealed: false,
      lines: ['스킬 재사용 대기시간 -2초', '스킬 재사용 대기시간 -2초', '피격 시 5% 확률로 데미지의 40% 무시'],
    });
    expect(worn.find(({ name }) => name === '컨티뉴어스 링')).to.include({ specialRingLevel: 4, stars: 0 });
    expect(worn.find(({ name }) => name === '고통의 근원')!.bonusOptions).to.include({
      int: 84,
      dex: 30,
      levelDecrease: 20,
    });
  });
});
