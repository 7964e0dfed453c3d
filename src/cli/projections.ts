import { Command } from 'commander';
import { backlogModel } from '../commands/dispatcher.ts';
import { listCheckpoints } from '../event-store/checkpoints.ts';
import { countParked, listParkedKeys, type ParkedKey } from '../event-store/parked-keys.ts';
import { rebuild } from '../event-store/rebuild.ts';
import { retryParked } from '../event-store/retry-parked.ts';
import type { Subscriber } from '../event-store/subscriber.ts';
import type { Database } from '../platform/database.ts';
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
    const parked = await database.query(countParked);
    const rows = checkpoints.map(({ name, position }) => ({
      name,
      position: String(position),
      behind: String(head - position),
      parked: parked.get(name) ?? 0,
    }));
    if (options.json === true) process.stdout.write(`${JSON.stringify({ head: String(head), projections: rows })}\n`);
    else console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
  });
}

function modelOf(name: string): Subscriber {
  const subscriber = READ_MODELS.find((model) => model.name === name);
  if (subscriber === undefined)
    throw new CliError(`no projection ${name}: ${READ_MODELS.map((m) => m.name).join(', ')}`);
  return subscriber;
}

async function rebuildOne(name: string): Promise<void> {
  const subscriber = modelOf(name);
  await withLog(async ({ store, database }) => {
    const started = Date.now();
    const { events, parked } = await rebuild(subscriber, { store, database, onProgress: showProgress });
    process.stderr.write('\n');
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const left = parked === 0 ? '' : `; ${parked} parked (pve projections parked ${name})`;
    process.stdout.write(`${name}: rebuilt from ${events} events in ${seconds} s${left}\n`);
  });
}

function showProgress({ position, head, events }: { position: bigint; head: bigint; events: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r  ${events} events, position ${position} of ${head}`);
}

const PAGE = 200;

/** Parked keys of one read model, or of all, each page as it is when it is reached. */
async function* eachParked(database: Database, subscription: string | undefined): AsyncGenerator<ParkedKey> {
  let after: ParkedKey | undefined;
  do {
    const page = await database.query((sql) => listParkedKeys(sql, { subscription, after, limit: PAGE }));
    yield* page;
    after = page.at(-1);
  } while (after !== undefined);
}

async function parkedOf(name: string | undefined, options: { json?: boolean }): Promise<void> {
  const subscription = name === undefined ? undefined : modelOf(name).name;
  const keys: ParkedKey[] = [];
  await withLog(async ({ database }) => {
    for await (const key of eachParked(database, subscription)) keys.push(key);
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(keys.map((key) => ({ ...key, position: String(key.position) })))}\n`);
    return;
  }
  for (const { subscription: of, key, events, position, type, error } of keys)
    process.stdout.write(
      `${of}  ${key}  ${events} events from ${position} (${type}): ${error?.split('\n')[0] ?? ''}\n`,
    );
}

async function retry(name: string, given: string | undefined): Promise<void> {
  const subscriber = modelOf(name);
  await withLog(async ({ store, database }) => {
    const keys = given === undefined ? eachParked(database, name) : [{ key: given }];
    for await (const { key } of keys) {
      const { applied, error } = await retryParked(subscriber, key, { store, database });
      process.stdout.write(`${key}: ${applied} applied${error === undefined ? '' : `, then ${error.message}`}\n`);
      if (error !== undefined) process.exitCode = 1;
    }
  });
}

/** `pve projections`: where the read models stand; build one anew; events that could not be applied. */
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
projectionsCommand
  .command('parked [name]')
  .description('events that could not be applied, with those that wait behind them, by key')
  .option('--json')
  .action(parkedOf);
projectionsCommand
  .command('retry <name> [key]')
  .description('apply parked events in order, of one key or of all')
  .action(retry);
