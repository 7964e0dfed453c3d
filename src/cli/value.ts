import { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { valuationTable, type ExpectationAnswer } from './valuation-table.ts';

/** Where a server listens that was told nothing else. */
export const DEFAULT_URL = 'http://localhost:8080';

interface Options {
  readonly json?: boolean;
  readonly url: string;
  readonly wait: string;
}

async function value(name: string, options: Options): Promise<void> {
  const path = `/api/v4/characters/${encodeURIComponent(name)}/expectation?wait=${encodeURIComponent(options.wait)}`;
  const response = await fetch(new URL(path, options.url)).catch((error: unknown) => {
    throw new CliError(
      `no server at ${options.url} (start one with "pve serve", or name it with --url): ${reasonOf(error)}`,
    );
  });
  const body = await response.json();
  if (response.status === 202) throw new CliError(`${name} is not valued yet after ${options.wait} s: ask again`);
  if (!response.ok)
    throw new CliError((body as { detail?: string }).detail ?? `the server answered ${response.status}`);
  process.stdout.write(options.json === true ? `${JSON.stringify(body)}\n` : valuationTable(body as ExpectationAnswer));
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : String(error);
}

/** `pve value NAME`: asks a running server and shows the answer. */
export const valueCommand = new Command('value')
  .description('value a character by its name, as a table or as JSON')
  .argument('<name>')
  .option('--json', 'the answer of the API as it is')
  .option('--url <url>', 'address of the server', process.env.PVE_URL?.trim() || DEFAULT_URL)
  .option('--wait <seconds>', 'how long to wait for a first valuation', '30')
  .action(value);
