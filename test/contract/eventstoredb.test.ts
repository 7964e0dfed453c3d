import { GenericContainer, Wait } from 'testcontainers';
import { createEventStoreDbEventStore } from '../../src/event-store/eventstoredb/event-store-db.ts';
import { dockerAnswers } from '../support/containers.ts';
import { EventStoreDbServer } from '../support/eventstoredb/server.ts';
import { describeEventStore } from './event-store.ts';

interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A real server when one is named or asked for, else the one of this process. */
async function startServer(): Promise<RunningServer> {
  const named = process.env.EVENT_STORE_URL;
  if (named !== undefined && named !== '') return { url: named, stop: () => Promise.resolve() };
  if (process.env.PVE_TEST_CONTAINERS === '1' && (await dockerAnswers())) return startContainer();
  const server = await EventStoreDbServer.start();
  const stop = () => {
    server.stop();
    return Promise.resolve();
  };
  return { url: server.url, stop };
}

async function startContainer(): Promise<RunningServer> {
  const container = await new GenericContainer('kurrentplatform/kurrentdb:latest')
    .withEnvironment({ KURRENTDB_INSECURE: 'true', KURRENTDB_MEM_DB: 'true' })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
    .start();
  const url = `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false`;
  return { url, stop: () => container.stop().then(() => undefined) };
}

describeEventStore('eventstoredb', async () => {
  const server = await startServer();
  const store = createEventStoreDbEventStore({ connectionString: server.url });
  return { store, dispose: () => server.stop() };
});
