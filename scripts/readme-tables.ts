/** Where a measurement was made. */
export interface Measured {
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly speed?: {
      readonly sha256OfMebibyteMs: number;
      readonly thousandSystemCallsMs: number;
      readonly fsyncMs: number;
    };
  };
}

/** What stands above a table: where its numbers come from. */
export function origin({ machine, commit }: Measured, command: string): string {
  const { cpu, cores, node, speed } = machine;
  const fast =
    speed === undefined
      ? ''
      : ` (SHA-256 of 1 MiB ${speed.sha256OfMebibyteMs} ms, 1,000 system calls ${speed.thousandSystemCallsMs} ms, fsync ${speed.fsyncMs} ms)`;
  return `\`${command}\` on ${cores} cores of ${cpu}${fast}, Node.js ${node}, commit ${commit}:`;
}

/** A promise and how it is kept. */
export type Line = readonly [what: string, target: string, measured: string, met: boolean];

export function tableRow([what, target, measured, met]: Line): string {
  return `| ${what} | ${target} | ${measured} | ${met ? 'met' : '**missed**'} |`;
}

export const ratio = (value: number): string => `${value.toFixed(2)} ×`;
