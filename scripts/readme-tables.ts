/** Where a measurement was made. */
export interface Measured {
  readonly commit: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

/** What stands above a table: where its numbers come from. */
export function origin({ machine, commit }: Measured, command: string): string {
  return `\`${command}\` on ${machine.cores} cores of ${machine.cpu}, Node.js ${machine.node}, commit ${commit}:`;
}

/** A promise and how it is kept. */
export type Line = readonly [what: string, target: string, measured: string, met: boolean];

export function tableRow([what, target, measured, met]: Line): string {
  return `| ${what} | ${target} | ${measured} | ${met ? 'met' : '**missed**'} |`;
}

export const ratio = (value: number): string => `${value.toFixed(2)} ×`;
