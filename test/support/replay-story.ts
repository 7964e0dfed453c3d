import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Certificate } from '../../src/commands/replay/certificate.ts';
import { testApplication, type TestApplication } from './application.ts';
import { fileRequests } from './file-requests.ts';
import { until } from './log-parts.ts';
import { runPve, startCommand, type PveCommand } from './pve-process.ts';
import { temporaryFolder } from './services.ts';

export interface ReplayStatus {
  readonly status: string;
  readonly handedOut: number;
  readonly valued: number;
}

/** A system with a backlog, and `pve replay` on its log. */
export interface ReplayStory {
  readonly application: TestApplication;
  readonly sql: postgres.Sql;
  readonly variables: Record<string, string>;
  readonly planFile: string;
  readonly certificateFile: string;
  /** A file of this story's own. */
  readonly file: (name: string) => string;
  replay(...args: string[]): ReturnType<typeof runPve>;
  plan(...args: string[]): ReturnType<typeof runPve>;
  apply(...args: string[]): ReturnType<typeof runPve>;
  startApply(more?: Record<string, string>, ...args: string[]): PveCommand;
  startResume(more?: Record<string, string>, ...args: string[]): PveCommand;
  status(): Promise<ReplayStatus>;
  certificate(): Promise<Certificate>;
  /** Position of the last event. */
  head(): Promise<string | undefined>;
  settlements(): Promise<number>;
  settledAtLeast(count: number): Promise<number>;
  /** Characters with work pending. */
  readonly pending: () => Promise<number>;
  /** A run is under way, as the dispatcher knows. */
  running(): Promise<unknown>;
  /** A command has written this. */
  writes(command: PveCommand, text: string): Promise<unknown>;
  /** Makes the upstream fail, and waits until this much more has come in, of other characters; answers the ids. */
  backlog(requests: number, names: readonly string[]): Promise<string[]>;
  /** SHA-256 of these requests and their outcomes as the log tells them, counted in SQL: other code than the product's. */
  digestOf(requestIds: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function replayStory(environment: Record<string, string> = {}): Promise<ReplayStory> {
  const application = await testApplication(environment);
  const { databaseUrl } = application;
  const sql = postgres(databaseUrl, { max: 1 });
  const folder = await temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const [planFile, certificateFile] = [file('plan.json'), file('certificate.json')];
  const variables = { DATABASE_URL: databaseUrl, PVE_DATA_DIR: folder };
  const replay = (...args: string[]) => runPve(['replay', ...args], variables);
  const ending = ['--certificate', certificateFile];
  const start = (verb: string[], more: Record<string, string> = {}, args: string[] = []) =>
    startCommand(['replay', ...verb, ...ending, ...args], { ...variables, ...more });
  const settlements = async () => {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from events where type = 'ValuationSettled'`;
    return row?.count ?? 0;
  };
  const pending = async () => (await sql`select 1 from backlog_view`).length;
  return {
    ...{ application, sql, variables, planFile, certificateFile, file, replay, settlements, pending },
    plan: (...args) => replay('plan', '--out', planFile, ...args),
    apply: (...args) => replay('apply', planFile, ...ending, ...args),
    startApply: (more, ...args) => start(['apply', planFile], more, args),
    startResume: (more, ...args) => start(['resume'], more, args),
    status: async () => JSON.parse((await replay('status', '--json')).stdout) as ReplayStatus,
    certificate: async () => JSON.parse(await readFile(certificateFile, 'utf8')) as Certificate,
    head: async () => {
      const [row] = await sql<{ head: string }[]>`select max(position)::text as head from events`;
      return row?.head;
    },
    settledAtLeast: (count) => until(settlements, (settled) => settled >= count),
    running: () =>
      until(
        () => sql`select 1 from replay_view where status = 'running'`,
        (rows) => rows.length === 1,
      ),
    writes: (command, text) => {
      const written = until(
        () => Promise.resolve(command.stdout()),
        (output) => output.includes(text) || command.child.exitCode !== null,
      );
      return written.then((output) => {
        if (!output.includes(text))
          throw new Error(`ended with ${command.child.exitCode}: ${output}${command.stderr()}`);
      });
    },
    backlog: async (requests, names) => {
      application.standin.set({ failure: 'OPENAPI00010' });
      const before = await pending();
      const ids = await fileRequests(databaseUrl, requests, names);
      await until(pending, (rows) => rows === before + names.length);
      return ids;
    },
    digestOf: async (requestIds) => {
      const rows = await sql<{ line: string }[]>`
        select (r.data::json ->> 'requestId') || ' ' || (s.data::json ->> 'outcome') || chr(10) as line
        from events r join events s on s.stream = 'valuation-' || (r.data::json ->> 'characterKey')
          and s.type = 'ValuationSettled' and r.position > (s.data::json ->> 'after')::bigint
          and r.position <= (s.data::json ->> 'through')::bigint
        where r.type = 'ValuationRequested' and r.data::json ->> 'requestId' = any(${requestIds as string[]})`;
      const lines = rows.map(({ line }) => line).sort();
      return createHash('sha256').update(lines.join('')).digest('hex');
    },
    stop: async () => {
      await sql.end();
      await application.stop();
    },
  };
}
