import { createPostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { testDatabase } from '../support/services.ts';
import { describeEventStore } from './event-store.ts';

describeEventStore('postgres', async () => {
  const server = await testDatabase();
  const { url } = server;
  const database = openDatabase({ url, applicationName: 'contract', poolSize: 10, noticeNesting: true });
  const dispose = async () => {
    await database.close();
    await server.drop();
  };
  return { store: createPostgresEventStore({ database, url }), dispose };
});
