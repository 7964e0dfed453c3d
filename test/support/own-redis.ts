import { connect } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/platform/embedded/free-port.ts';
import { supervise } from '../../src/platform/embedded/supervisor.ts';
import { dockerAnswers, redisContainer } from './containers.ts';
import type { Service } from './containers.ts';

/** A Redis that keeps nothing: the program on the PATH, else a container, else `undefined`. */
export async function startRedis(folder: string): Promise<Service | undefined> {
  const program = findProgram('redis-server');
  if (program !== undefined) return startProgram(program, folder);
  return (await dockerAnswers()) ? redisContainer() : undefined;
}

async function startProgram(program: string, folder: string): Promise<Service> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const service = supervise([program, ...options], join(folder, 'redis.log'));
  let ended: string | undefined;
  void service.ended.then((how) => (ended = how));
  while (!(await answers(port))) {
    if (ended !== undefined) throw new Error(`redis-server did not start: ${ended}`);
    await delay(20);
  }
  return { url: `redis://127.0.0.1:${port}`, stop: () => service.stop(5000) };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  // Nobody listens yet, or not Redis: ask again.
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString() === '+PONG\r\n';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
