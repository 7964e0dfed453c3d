import { Command } from 'commander';
import { withLog } from './open-log.ts';

/** `pve migrate`: brings the database to the state this version needs. */
export const migrateCommand = new Command('migrate')
  .description('apply the migrations of the database and of the queue')
  .action(async () => {
    await withLog(async ({ database }) => {
      const [row] = await database.query(
        (sql) => sql<{ count: number }[]>`select count(*)::int as count from schema_migrations`,
      );
      process.stdout.write(`database is up to date: ${row?.count ?? 0} migrations\n`);
    });
  });
