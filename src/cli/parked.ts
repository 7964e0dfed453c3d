import { userInfo } from 'node:os';
import { Command } from 'commander';
import { releaseParked } from '../commands/parking/release-parked.ts';
import { findParkedRequest, listParkedRequests, type ParkedRequest } from '../platform/read-models/parked-request.ts';
import { CliError } from './cli-error.ts';
import { withLog } from './open-log.ts';
import { positionOf } from './position.ts';

async function list(options: { after: string; limit: string; json?: boolean }): Promise<void> {
  const [after, limit] = [positionOf(options.after), Number(options.limit)];
  if (!/^[1-9]\d{0,4}$/.test(options.limit)) throw new CliError('--limit: a whole number from 1 to 99999');
  const rows = await withLog(({ database }) => database.query((sql) => listParkedRequests(sql, { after, limit })));
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(rows.map(render))}\n`);
    return;
  }
  for (const { position, parkedAt, characterName, reason, evidence } of rows) {
    const at = `${String(position).padStart(8)}  ${parkedAt.toISOString()}`;
    process.stdout.write(`${at}  ${characterName}  ${reason ?? ''}: ${evidence.error ?? ''}\n`);
  }
  const last = rows.at(-1);
  if (last !== undefined && rows.length === limit) process.stdout.write(`more: --after ${last.position}\n`);
}

async function show(position: string): Promise<void> {
  const found = await withLog(({ database }) => database.query((sql) => findParkedRequest(sql, positionOf(position))));
  if (found === undefined) throw new CliError(`nothing is parked under ${position}`);
  process.stdout.write(`${JSON.stringify(render(found), null, 2)}\n`);
}

async function release(decision: 'retry' | 'ignore', positions: readonly string[]): Promise<void> {
  const by = `cli:${userInfo().username}`;
  const wanted = positions.map(positionOf);
  await withLog(async ({ store, database }) => {
    for (const position of wanted) {
      const command = { position, decision, by };
      const { parked, position: at } = await releaseParked({ store, database, now: () => new Date() }, command);
      const became = decision === 'retry' ? 'pending again' : 'ignored';
      process.stdout.write(`${parked.characterName}: ${became}, at position ${at}\n`);
    }
  });
}

function render(parked: ParkedRequest): object {
  return { ...parked, position: String(parked.position) };
}

/** `pve parked`: requests that failed for good. */
export const parkedCommand = new Command('parked').description('requests that failed for good: look, retry, ignore');
parkedCommand
  .command('list')
  .description('what is parked, oldest first')
  .option('--after <position>', 'the page behind this position', '0')
  .option('--limit <count>', 'lines of a page', '50')
  .option('--json')
  .action(list);
parkedCommand.command('show <position>').description('everything known of one of them, as JSON').action(show);
parkedCommand
  .command('retry <positions...>')
  .description('make them pending again')
  .action((positions: string[]) => release('retry', positions));
parkedCommand
  .command('ignore <positions...>')
  .description('settle them as ignored')
  .action((positions: string[]) => release('ignore', positions));
