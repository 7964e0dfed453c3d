import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { START, type EventStore, type RecordedEvent } from '../event-store/event-store.ts';
import { exportLog } from '../event-store/export-log.ts';
import { importLog } from '../event-store/import-log.ts';
import { withLog } from './open-log.ts';
import { positionOf } from './position.ts';

/** Writes the log as JSON lines to a new file, or to the standard output. */
export async function exportTo(store: EventStore, file: string | undefined): Promise<void> {
  const lines = Readable.from(withLineEnds(exportLog(store)));
  if (file === undefined) await pipeline(lines, process.stdout, { end: false });
  else await pipeline(lines, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
}

/** Reads a file of JSON lines into an empty log. Returns the number of events. */
export async function importFrom(store: EventStore, path: string): Promise<number> {
  return await importLog(store, linesOf(path));
}

/** Opened with the first line asked for: lines that are read before anybody listens would be lost. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await open(path);
  yield* file.readLines();
  await file.close();
}

async function* withLineEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

async function tail(options: { after?: string; type?: string[]; json?: boolean }): Promise<void> {
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  const after = options.after === undefined ? START : positionOf(options.after);
  await withLog(async ({ store }) => {
    const types = options.type === undefined ? {} : { types: options.type };
    await store.subscribe({ after, ...types, signal: end.signal }, (slice) => {
      for (const event of slice.events)
        process.stdout.write(`${options.json === true ? asJson(event) : asText(event)}\n`);
      return Promise.resolve();
    });
  });
}

function asJson(event: RecordedEvent): string {
  return JSON.stringify({ ...event, position: String(event.position) });
}

function asText(event: RecordedEvent): string {
  return `${String(event.position).padStart(8)}  ${event.recordedAt}  ${event.type.padEnd(22)}  ${event.stream}`;
}

/** `pve events`: look at the log, take it elsewhere. */
export const eventsCommand = new Command('events').description('look at the log, export and import it');
eventsCommand
  .command('tail')
  .description('print events as they come, until interrupted')
  .option('--after <position>', 'start behind this position (default: the beginning)')
  .option('--type <types...>', 'only these event types')
  .option('--json', 'whole events as JSON lines')
  .action(tail);
eventsCommand
  .command('export [file]')
  .description('write the log as JSON lines with a hash chain, to a new file or to the standard output')
  .action((file: string | undefined) => withLog(({ store }) => exportTo(store, file)));
eventsCommand
  .command('import <file>')
  .description('read an exported log into an empty store; positions are rewritten')
  .action(async (file: string) => {
    const events = await withLog(({ store }) => importFrom(store, file));
    process.stdout.write(`${events} events imported\n`);
  });
