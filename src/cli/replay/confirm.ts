import { createInterface } from 'node:readline/promises';

/** Asks on a terminal. Anything but a yes is a no; so is Ctrl-C or Ctrl-D. */
export async function isConfirmed(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const terminal = createInterface({ input, output, terminal: true });
  const leave = (error: unknown): string => {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    return '';
  };
  const answer = await terminal
    .question(`${question} [y/N] `)
    .catch(leave)
    .finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}
