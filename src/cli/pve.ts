import { Command } from 'commander';
import { ProblemError } from '../domain/errors.ts';
import { ConfigError } from '../platform/config.ts';
import { FolderInUseError } from '../platform/embedded/instance-lock.ts';
import { SigningKeyError } from '../platform/signing-key.ts';
import { CliError } from './cli-error.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { doctorCommand } from './doctor.ts';
import { estimateCommand } from './estimate.ts';
import { eventsCommand } from './events.ts';
import { migrateCommand } from './migrate.ts';
import { parkedCommand } from './parked.ts';
import { projectionsCommand } from './projections.ts';
import { replayCommand } from './replay.ts';
import { serveCommand } from './serve.ts';
import { standinCommand } from './standin.ts';
import { tokenCommand } from './token.ts';
import { valueCommand } from './value.ts';

const program = new Command('pve')
  .description('Probabilistic Valuation Engine: what it costs to rebuild a character’s equipment')
  .showHelpAfterError()
  .addCommand(serveCommand)
  .addCommand(valueCommand)
  .addCommand(estimateCommand)
  .addCommand(eventsCommand)
  .addCommand(projectionsCommand)
  .addCommand(parkedCommand)
  .addCommand(replayCommand)
  .addCommand(migrateCommand)
  .addCommand(backupCommand)
  .addCommand(restoreCommand)
  .addCommand(tokenCommand)
  .addCommand(standinCommand)
  .addCommand(doctorCommand);

// The end of every command: one clear line for a person, the stack only for what nobody expected.
try {
  await program.parseAsync();
} catch (error) {
  const expected =
    [ConfigError, ProblemError, CliError, FolderInUseError, SigningKeyError].some((kind) => error instanceof kind) ||
    (error instanceof Error && 'syscall' in error);
  const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`pve: ${text}\n`);
  process.exitCode = error instanceof CliError ? error.exitCode : 1;
}
