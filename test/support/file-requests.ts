import { createAcceptRequest } from '../../src/commands/requests/accept-request.ts';
import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { appendTo } from './append-to.ts';

let filed = 0;

/** Accepts this many requests over these characters, in turn; answers their ids. */
export async function fileRequests(databaseUrl: string, count: number, names: readonly string[]): Promise<string[]> {
  const database = openDatabase({ url: databaseUrl, applicationName: 'test', poolSize: 2 });
  const store = createPostgresEventStore({ database, url: databaseUrl });
  const acceptRequest = createAcceptRequest({
    store,
    append: appendTo(store),
    limits: undefined,
    now: () => new Date(),
  });
  const accepted = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      acceptRequest({
        characterName: names[index % names.length] ?? '',
        idempotency: { key: String((filed += 1)), route: 'test' },
        ...{ client: 'test', correlationId: 'test', actor: 'test' },
      }),
    ),
  );
  await store.close();
  await database.close();
  return accepted.map(({ requestId }) => requestId);
}

/** Names of characters of the stand-in, from a number on. */
export function loadNames(count: number, first = 1000): string[] {
  return Array.from({ length: count }, (_, index) => `load-${String(first + index).padStart(5, '0')}`);
}
