import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../../../src/', import.meta.url));
/** What opens a connection to somewhere, or could. */
const CONNECTS =
  /\bfetch\(|XMLHttpRequest|EventSource\(|WebSocket|['"](node:)?(https?|http2|net|tls|undici|axios|got)['"]/;
/** Of these modules, what does not: the other end, types, questions about addresses. */
const HARMLESS = /^import (type .*|\{( (type \w+|createServer|BlockList|isIP|isIPv4),?)+ \}) from 'node:(http|net)';$/;

/** Files in the sources, by their path below `src/`, in which a line holds what is looked for. */
function filesWith(holds: (line: string) => boolean): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return files
    .filter((path) =>
      readFileSync(SOURCES + path, 'utf8')
        .split('\n')
        .some(holds),
    )
    .sort();
}

describe('the one way to the upstream', () => {
  it('is the only code that calls another server, but for the command line, which calls ours', () => {
    const found = filesWith((line) => CONNECTS.test(line) && !HARMLESS.test(line));
    const ours = found.filter((path) => !path.startsWith('standin/'));
    expect(ours).to.deep.equal(['cli/value.ts', 'commands/upstream/transport.ts']);
  });

  it('leads through the guard: nobody else has the transport, and no client is made without it', () => {
    expect(filesWith((line) => /from '.*\/transport\.ts'/.test(line) && !line.startsWith('import type'))).to.deep.equal(
      ['commands/upstream/client.ts'],
    );
    expect(filesWith((line) => line.includes('createUpstreamClient('))).to.deep.equal([
      'commands/upstream/client.ts',
      'commands/upstream/guarded-upstream.ts',
    ]);
  });
});
