import { createPostgresBackend, Queue, withBackend } from 'bullmq';

/** Counts the jobs that workers have begun and not ended, those of a killed worker included. */
export interface ActiveJobs {
  count(): Promise<number>;
  close(): Promise<void>;
}

export function watchJobs({
  redisUrl,
  databaseUrl,
}: {
  redisUrl: string | undefined;
  databaseUrl: string;
}): ActiveJobs {
  const queue =
    redisUrl === undefined
      ? new (withBackend(createPostgresBackend).Queue)('valuation', {
          connection: { connectionString: databaseUrl, max: 1 },
        })
      : new Queue('valuation', { connection: { url: redisUrl } });
  return { count: () => queue.getJobCountByTypes('active'), close: () => queue.close() };
}
