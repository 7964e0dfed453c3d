import type { Statement } from '../../commands/replay/certificate.ts';

/** The reconciliation for people. */
export function sumsTable({ replayId, sums, mark, through, reconciledAt }: Statement): string {
  const rows: [string, number | string][] = [
    ['expected', sums.expected],
    ['valued', sums.valued],
    ['ignored', sums.ignored],
    ['parked', sums.parked],
    ['missing', sums.missing],
    ['duplicate', sums.duplicates],
    ['orphan', sums.orphans],
    ['SHA-256', sums.digest],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(10)} ${String(value).padStart(10)}\n`).join('');
  return `replay ${replayId}: requests up to ${mark}, in the log up to ${through}, at ${reconciledAt}\n${lines}`;
}
