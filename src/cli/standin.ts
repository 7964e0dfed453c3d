import { Command } from 'commander';
import { createStandin } from '../standin/standin.ts';
import { CliError } from './cli-error.ts';

/** `pve standin`: the local stand-in of the game API by itself, for development and load tests. */
export const standinCommand = new Command('standin')
  .description('serve the stand-in of the game API on loopback (STANDIN_DIR: characters of your own)')
  .option('--port <port>', 'port to listen on', '8081')
  .action(async (options: { port: string }) => {
    const port = Number(options.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new CliError(`--port ${options.port}: 0 to 65535`);
    const folder = process.env.STANDIN_DIR?.trim();
    const standin = createStandin(folder ? { folder } : {});
    const url = await standin.start(port);
    process.stdout.write(`stand-in of the game API at ${url}, key "${standin.apiKey}"\n`);
    const stop = (): void => void standin.stop();
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });
