import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GenericContainer, Wait } from 'testcontainers';
import { hasEmbeddedBinaries } from '../../src/platform/embedded/binaries.ts';

/** A service started for the tests. */
export interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether the tests' PostgreSQL comes from a container: asked for, or the only way on this platform. */
export function needsContainers(): boolean {
  return process.env.PVE_TEST_CONTAINERS === '1' || !hasEmbeddedBinaries();
}

/** Whether an engine answers, not only a client. */
export function dockerAnswers(): Promise<boolean> {
  return promisify(execFile)('docker', ['info', '--format', '{{.ServerVersion}}']).then(
    () => true,
    () => false,
  );
}

/** PostgreSQL in a container, without fsync: its data goes with the run. */
export async function postgresContainer(): Promise<Service> {
  const container = await new GenericContainer('postgres:18')
    .withEnvironment({ POSTGRES_PASSWORD: 'test' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=300'])
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(5432)}`;
  return { url: `postgres://postgres:test@${address}/postgres`, stop: () => container.stop().then(() => undefined) };
}

/** Redis in a container. */
export async function redisContainer(): Promise<Service> {
  const container = await new GenericContainer('redis:7').withExposedPorts(6379).start();
  const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
  return { url, stop: () => container.stop().then(() => undefined) };
}
