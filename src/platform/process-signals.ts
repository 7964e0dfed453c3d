import type { Client } from './database-client.ts';

/** What is older says nothing of this moment; what is much older is of a process that is gone, or answers no reads. */
const FRESH_SECONDS = 5;
const FORGOTTEN_SECONDS = 60;

/** What an API process has to say of its reads now: the 99th percentile of what they took, in ms. */
export interface ReadSignal {
  readonly processId: string;
  readonly readP99Ms: number;
}

/** Says it, in place of what the process said before. */
export async function publishReadSignal(sql: Client, { processId, readP99Ms }: ReadSignal): Promise<void> {
  // The time is the database's: processes need not agree on theirs.
  await sql`
    insert into process_signal (process_id, read_p99_ms, at) values (${processId}, ${readP99Ms}, now())
    on conflict (process_id) do update set read_p99_ms = excluded.read_p99_ms, at = excluded.at`;
}

/** Of the API process whose readers wait longest, in ms; `undefined`: none has answered reads in the last seconds. */
export async function slowestReadP99(sql: Client): Promise<number | undefined> {
  const [row] = await sql<{ slowest: number | null }[]>`
    select max(read_p99_ms) as slowest from process_signal where at > now() - ${FRESH_SECONDS} * interval '1 second'`;
  return row?.slowest ?? undefined;
}

/** Removes what processes said that have been silent for long. */
export async function forgetSilentProcesses(sql: Client): Promise<void> {
  await sql`delete from process_signal where at < now() - ${FORGOTTEN_SECONDS} * interval '1 second'`;
}
