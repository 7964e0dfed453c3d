import cluster from 'node:cluster';
import { on } from 'node:events';
import { Command } from 'commander';
import { startApplication, type Application } from '../main.ts';
import { STOP } from '../platform/cluster/web-processes.ts';
import { readConfig, type Config } from '../platform/config.ts';
import { setHeapGrowth } from '../platform/heap-growth.ts';
import { stepBack } from '../platform/step-back.ts';
import { createInsistence } from '../platform/stop-signals.ts';
import { DEFAULT_URL } from './value.ts';

/** Whole collections make reads wait: a process that answers has few of them (docs/adr/0028). */
const ANSWERING_HEAP_GROWTH_PERCENT = 200;

/** `pve serve`: runs a process of the system until SIGINT or SIGTERM. */
export const serveCommand = new Command('serve')
  .description('run the roles of ROLE (default: all of them, with embedded services where none are configured)')
  .action(async () => {
    const config = readConfig(process.env);
    if (config.ROLE.includes('api')) setHeapGrowth(ANSWERING_HEAP_GROWTH_PERCENT);
    else stepBack();
    if (cluster.isWorker && config.WEB_CONCURRENCY > 1) {
      await serveForPrimary(config);
      return;
    }
    const application = await startApplication(config);
    const { begin, giveUp } = createStop(application, config);
    const isInsisted = createInsistence(() => performance.now());
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isInsisted(signal)) giveUp('told to stop again');
      begin();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    process.stdout.write(announcement(application.url, config));
  });

/** A terminal's signals reach all processes of its group: one of several leaves them to the one that started it. */
async function serveForPrimary(config: Config): Promise<void> {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore).on('SIGTERM', ignore);
  // From here on no order is missed, even one that comes during the start.
  const messages = on(process, 'message') as AsyncIterable<[unknown]>;
  const application = await startApplication(config).catch((error: unknown) => {
    // Orders are no reason to stay for a process that could not start.
    process.channel?.unref();
    throw error;
  });
  const { begin } = createStop(application, config);
  for await (const [message] of messages) if (message === STOP) begin();
}

interface Stop {
  /** Ends the process in order, once; at the deadline with what is left. */
  readonly begin: () => void;
  /** Ends the process at once: what is left, in one line, and exit code 1. */
  readonly giveUp: (why: string) => never;
}

function createStop(application: Application, config: Config): Stop {
  const giveUp = (why: string): never => {
    process.stderr.write(`pve: ${why}; left: ${application.left().join(', ')}\n`);
    process.exit(1);
  };
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    const seconds = config.DRAIN_SECONDS + config.SHUTDOWN_SECONDS;
    setTimeout(() => giveUp(`not stopped within ${seconds} s`), seconds * 1000);
    application.stop().then(() => process.exit(0), failed);
  };
  return { begin, giveUp };
}

function failed(error: unknown): never {
  const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
  for (const failure of failures) process.stderr.write(`pve: did not end well: ${String(failure)}\n`);
  process.exit(1);
}

function announcement(url: string, config: Config): string {
  if (!config.ROLE.includes('api')) return `pve: ${config.ROLE.join(', ')} running; health at ${url}/readyz\n`;
  const source = config.NEXON_API_KEY === undefined ? 'sample characters (no NEXON_API_KEY)' : config.UPSTREAM_URL;
  const address = url.replace('127.0.0.1', 'localhost');
  const where = address === DEFAULT_URL ? '' : ` --url ${address}`;
  return `
  Probabilistic Valuation Engine at ${address} · game data: ${source}

  Try:  curl '${address}/api/v4/characters/강은호/expectation?wait=10'
        npx pve value 강은호${where}
        curl -X POST -H 'content-type: application/json' -d '{"characterName":"강은호"}' ${address}/api/v4/valuations

`;
}
