import { Command, Option } from 'commander';
import { createToken, revokeToken, TOKEN_ROLES, type TokenRole } from '../platform/tokens.ts';
import { CliError } from './cli-error.ts';
import { withLog } from './open-log.ts';

/** `pve token`: access to the operators' endpoints. */
export const tokenCommand = new Command('token').description('create and revoke tokens of operators');
tokenCommand
  .command('create <name>')
  .description('make a token; it is shown this once')
  .addOption(new Option('--role <role>', 'what it allows').choices(TOKEN_ROLES).default('operator'))
  .action(async (name: string, { role }: { role: TokenRole }) => {
    const token = await withLog(({ database }) => database.query((sql) => createToken(sql, name, role)));
    process.stdout.write(`${token}\n`);
  });
tokenCommand
  .command('revoke <token-or-id>')
  .description('end a token: its text, or the id in it')
  .action(async (given: string) => {
    const [id] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(given) ?? [];
    if (id === undefined) throw new CliError('a token looks like pve_<id>_<secret>');
    const revoked = await withLog(({ database }) => database.query((sql) => revokeToken(sql, id)));
    if (!revoked) throw new CliError(`no token ${id} is in force`);
    process.stdout.write(`${id} revoked\n`);
  });
