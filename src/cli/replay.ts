import { Command } from 'commander';
import { EXIT } from './replay/exit-codes.ts';
import { verify } from './replay/verify.ts';

/** `pve replay`: works off a backlog as one watched run, and proves what became of it. */
export const replayCommand = new Command('replay')
  .description('work off a backlog as one watched run, and prove what became of it')
  .showHelpAfterError(false)
  // Commander has written its line already.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

replayCommand
  .command('verify <file>')
  .description('check a certificate: its signature and its sums; needs no server')
  .option('--fingerprint <sha256>', 'of the only key to believe (default: the key of this machine, where there is one)')
  .option('--json')
  .action(verify);
