import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { isConfirmed } from '../../../src/cli/replay/confirm.ts';

describe('a question on a terminal', () => {
  const answers: [keys: string, confirmed: boolean, what: string][] = [
    ['y\r', true, 'y'],
    ['Yes\r', true, 'yes'],
    ['n\r', false, 'n'],
    ['\r', false, 'nothing'],
    ['\x03', false, 'Ctrl-C'],
    ['\x04', false, 'Ctrl-D'],
  ];
  for (const [keys, confirmed, what] of answers) {
    it(`takes ${what} for a ${confirmed ? 'yes' : 'no'}`, async () => {
      const [input, output] = [new PassThrough(), new PassThrough()];
      const answer = isConfirmed('replay 3 characters?', input, output);
      input.write(keys);
      expect(await answer).to.equal(confirmed);
      expect(String(output.read()).replace(/\x1b\[[\dA-Z]+/g, '')).to.include('replay 3 characters? [y/N] ');
    });
  }
});
