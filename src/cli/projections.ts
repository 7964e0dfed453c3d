import { Command } from 'commander';
import { backlogModel } from '../commands/dispatcher.ts';
import { listCheckpoints } from '../event-store/checkpoints.ts';
import { rebuild } from '../event-store/rebuild.ts';
import type { Subscriber } from '../event-store/subscriber.ts';
import { expectationHistoryProjection } from '../projections/expectation-history.ts';
import { expectationProjection } from '../projections/expectation.ts';
import { settlementProjection } from '../projections/settlement.ts';
import { CliError } from './cli-error.ts';
import { withLog } from './open-log.ts';

/** Every read model that can be rebuilt. */
const READ_MODELS: readonly Subscriber[] = [
  expectationProjection,
  expectationHistoryProjection,
  settlementProjection,
  backlogModel,
];

async function status(options: { json?: boolean }): Promise<void> {
  await withLog(async ({ store, database }) => {
    const head = await store.head();
    const checkpoints = await database.query(listCheckpoints);
    const rows = checkpoints.map(({ name, position }) => ({
      name,
      position: String(position),
      behind: String(head - position),
    }));
    if (options.json === true) process.stdout.write(`${JSON.stringify({ head: String(head), projections: rows })}\n`);
    else console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
  });
}

async function rebuildOne(name: string): Promise<void> {
  const subscriber = READ_MODELS.find((model) => model.name === name);
  if (subscriber === undefined)
    throw new CliError(`no projection ${name}: ${READ_MODELS.map((m) => m.name).join(', ')}`);
  await withLog(async ({ store, database }) => {
    const started = Date.now();
    const events = await rebuild(subscriber, { store, database, onProgress: showProgress });
    process.stderr.write('\n');
    process.stdout.write(`${name}: rebuilt from ${events} events in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  });
}

function showProgress({ position, head, events }: { position: bigint; head: bigint; events: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r  ${events} events, position ${position} of ${head}`);
}

/** `pve projections`: where the read models stand; build one anew. */
export const projectionsCommand = new Command('projections').description('show and rebuild the read models');
projectionsCommand
  .command('status')
  .description('position of each read model in the log')
  .option('--json')
  .action(status);
projectionsCommand
  .command('rebuild <name>')
  .description('build a read model anew from the log, beside the live one, and swap it in')
  .action(rebuildOne);
