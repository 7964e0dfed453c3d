import type { Sql } from 'postgres';
import type { SnapshotRecorded } from '../../domain/character/snapshot.ts';

type Queries = Sql<{ bigint: bigint }>;

/** The last snapshot of a character, `undefined` when there is none. */
export async function findSnapshot(sql: Queries, ocid: string): Promise<SnapshotRecorded | undefined> {
  const [row] = await sql<{ snapshot: string | null }[]>`select snapshot from snapshot_view where ocid = ${ocid}`;
  return typeof row?.snapshot === 'string' ? (JSON.parse(row.snapshot) as SnapshotRecorded) : undefined;
}
