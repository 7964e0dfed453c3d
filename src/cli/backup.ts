import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { makeFolder } from '../platform/make-folder.ts';
import { listTokens, restoreTokens, type StoredToken } from '../platform/tokens.ts';
import { exportTo, importFrom } from './events.ts';
import { withLog } from './open-log.ts';

/** All that is not derived from something else: the log, and who may operate. */
const LOG_FILE = 'log.jsonl';
const TOKENS_FILE = 'tokens.json';

/** `pve backup DIR`: consistent while the system runs; read models are not in it, they come from the log. */
export const backupCommand = new Command('backup')
  .description('write the log and the tokens to a new folder, while everything runs')
  .argument('<dir>')
  .action(async (folder: string) => {
    await makeFolder(folder);
    await withLog(async ({ store, database }) => {
      await exportTo(store, join(folder, LOG_FILE));
      const tokens = await database.query(listTokens);
      await writeFile(join(folder, TOKENS_FILE), JSON.stringify(tokens), { mode: 0o600, flag: 'wx' });
    });
    process.stdout.write(`backup in ${folder}: ${LOG_FILE}, ${TOKENS_FILE}\n`);
  });

/** `pve restore DIR`: into an empty store; the read models build themselves when the system starts. */
export const restoreCommand = new Command('restore')
  .description('read a backup into an empty store')
  .argument('<dir>')
  .action(async (folder: string) => {
    const tokens = JSON.parse(await readFile(join(folder, TOKENS_FILE), 'utf8')) as StoredToken[];
    const events = await withLog(async ({ store, database }) => {
      const imported = await importFrom(store, join(folder, LOG_FILE));
      await database.query((sql) => restoreTokens(sql, tokens));
      return imported;
    });
    process.stdout.write(`${events} events and ${tokens.length} tokens restored\n`);
  });
