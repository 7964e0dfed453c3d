import { Command, InvalidArgumentError } from 'commander';
import { EXIT, usageError, withExitCode } from './replay/exit-codes.ts';
import { plan, type PlanOptions } from './replay/plan.ts';
import { apply, resume, type RunOptions } from './replay/run.ts';
import { control, reconcileRun, status } from './replay/status.ts';
import { verify } from './replay/verify.ts';

/** `pve replay`: works off a backlog as one watched run, and proves what became of it. */
export const replayCommand = new Command('replay')
  .description('work off a backlog as one watched run, and prove what became of it')
  .showHelpAfterError(false)
  // Commander has written its line already.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number from 1 on');
}

replayCommand
  .command('plan', { isDefault: true })
  .description('look at the backlog and write a plan; changes nothing')
  .option('--since <time>', 'requests from this time on (ISO 8601)')
  .option('--until <time>', 'requests before this time')
  .option('--character <names...>', 'of these characters')
  .option('--reason <reasons...>', 'that came while this was the case: failures, our-fault, operator, queued')
  .option('--out <file>', 'where the plan goes', 'replay-plan.json')
  .option('--json')
  .allowExcessArguments()
  .action(async (options: PlanOptions, command: Command) => {
    const [unknown] = command.args;
    if (unknown !== undefined) throw usageError(`no verb ${unknown}: see pve replay --help`);
    await plan(options).catch(withExitCode);
  });
replayCommand
  .command('apply <plan>')
  .description('run a plan: hand its characters to the workers, watch them, reconcile, sign')
  .option('--poison-budget <count>', 'characters that may be parked before the run stops (default: 50)', wholeNumber)
  .option('--certificate <file>', 'where the certificate goes')
  .option('--no-input', 'ask nothing')
  .option('--json')
  .action((file: string, options: RunOptions) => apply(file, options).catch(withExitCode));
replayCommand
  .command('resume')
  .description('go on with the run that was paused or cut off')
  .option('--poison-budget <count>', 'from now on (default: as before)', wholeNumber)
  .option('--certificate <file>', 'where the certificate goes')
  .option('--no-input', 'ask nothing (it does not anyway)')
  .option('--json')
  .action((options: RunOptions) => resume(options).catch(withExitCode));
replayCommand
  .command('status')
  .description('how the last run stands')
  .option('--watch', 'until it ends or waits for somebody')
  .option('--json')
  .action((options: { watch?: boolean; json?: boolean }) => status(options).catch(withExitCode));
replayCommand
  .command('pause')
  .description('hand out no more; the backlog at or below the mark waits')
  .option('--json')
  .action((options: { json?: boolean }) => control('pause', options).catch(withExitCode));
replayCommand
  .command('cancel')
  .description('give the run up; what is left is worked off as usual')
  .option('--json')
  .action((options: { json?: boolean }) => control('cancel', options).catch(withExitCode));
replayCommand
  .command('reconcile [id]')
  .description('count in the log what became of a run (default: the last), and sign it')
  .option('--certificate <file>', 'where the certificate goes')
  .option('--json')
  .action((id: string | undefined, options: { certificate?: string; json?: boolean }) =>
    reconcileRun(id, options).catch(withExitCode),
  );
replayCommand
  .command('verify <file>')
  .description('check a certificate: its signature and its sums; needs no server')
  .option('--fingerprint <sha256>', 'of the only key to believe (default: the key of this machine, where there is one)')
  .option('--json')
  .action(verify);
