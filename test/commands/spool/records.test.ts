import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { crc32c } from '../../../src/commands/spool/crc32c.ts';
import { encodeRecord, readRecords } from '../../../src/commands/spool/records.ts';
import { temporaryFolder } from '../../support/services.ts';

describe('CRC-32C', () => {
  // The check value of the polynomial, and RFC 3720 B.4.
  const vectors: Record<string, [Uint8Array, number]> = {
    'the digits 1 to 9': [Buffer.from('123456789'), 0xe3069283],
    nothing: [Buffer.alloc(0), 0],
    '32 bytes of zeros': [Buffer.alloc(32), 0x8a9136aa],
    '32 bytes of ones': [Buffer.alloc(32, 0xff), 0x62a8ab43],
    '32 bytes counting up': [Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
    '32 bytes counting down': [Buffer.from(Array.from({ length: 32 }, (_, n) => 31 - n)), 0x113fdb5c],
  };
  for (const [what, [bytes, sum]] of Object.entries(vectors))
    it(`of ${what} is ${sum.toString(16)}`, () => expect(crc32c(bytes)).to.equal(sum));
});

describe('records of a spool', () => {
  const values = [{ n: 1, text: '강은호' }, { n: 2 }, { n: 3, text: 'x'.repeat(5000) }];
  const bytes = Buffer.concat(values.map(encodeRecord));

  async function readAll(content: Buffer) {
    const file = await open(join(await temporaryFolder(), 'records'), 'w+');
    await file.write(content);
    const records: unknown[] = [];
    let [at, torn] = [0, false];
    while (at < content.length && !torn) {
      const slice = await readRecords(file, { from: at, until: content.length, limit: 2 });
      records.push(...slice.records);
      ({ next: at, torn } = slice);
    }
    await file.close();
    return { records, at, torn };
  }

  it('are read as they were written', async () => {
    expect(await readAll(bytes)).to.deep.equal({ records: values, at: bytes.length, torn: false });
  });

  it('are read up to where one is cut off, wherever that is', async () => {
    const last = encodeRecord(values[2]).length;
    for (const cut of [1, 4, 7, 8, 9, 100, last - 1]) {
      const { records, at, torn } = await readAll(bytes.subarray(0, bytes.length - last + cut));
      expect({ records, at, torn }, `${cut} bytes left`).to.deep.equal({
        records: values.slice(0, 2),
        at: bytes.length - last,
        torn: true,
      });
    }
  });

  it('are read up to where a bit has changed, whichever', async () => {
    const [first, second] = [encodeRecord(values[0]).length, encodeRecord(values[1]).length];
    for (let at = first; at < first + second; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (at % 8)), at);
      expect(await readAll(damaged), `byte ${at}`).to.deep.equal({
        records: values.slice(0, 1),
        at: first,
        torn: true,
      });
    }
  });
});
