import { asking, inTurn } from './asking.ts';
import type { Answer } from './connection.ts';
import { closedLoop, openLoop } from './load.ts';
import { zipf } from './zipf.ts';
import { residentBytes, type Stage } from './stage.ts';

const FRESH = { SNAPSHOT_FRESH_FOR_SECONDS: '86400' };
const ok = (answer: Answer): boolean => answer.status === 200;

/** Reads at a fixed rate that one tier answers: memory is too small for any. */
export async function measureTier(
  stage: Stage,
  {
    tier,
    perSecond,
    seconds,
    characters,
  }: { tier: 'l2' | 'db'; perSecond: number; seconds: number; characters: number },
) {
  const redis = tier === 'l2' && stage.redisUrl !== undefined ? { REDIS_URL: stage.redisUrl } : undefined;
  if (tier === 'l2' && redis === undefined) return undefined;
  const server = await stage.serve({ ...FRESH, ...redis, CACHE_L1_MEGABYTES: '1' }, 0);
  const load = { port: server.port, connections: 128, first: new Map<string, Buffer>(), expected: ok };
  // Fills Redis, and warms up.
  await closedLoop({ ...load, connections: 16, seconds: 10, next: asking(inTurn(characters)) });
  const counted = (answer: Answer): boolean => answer.tier === tier;
  const next = asking(inTurn(characters));
  const measured = await openLoop({ ...load, perSecond, seconds, next, beforehand: next, counted });
  await server.stop();
  return measured;
}

/** Characters asked for as often as Zipf's law says, memory for a tenth of them. */
export async function measureZipf(
  stage: Stage,
  { characters, storedBytes }: { characters: number; storedBytes: number },
) {
  const megabytes = Math.ceil(((characters / 10) * (storedBytes + 2048)) / 1024 ** 2);
  const redis = stage.redisUrl === undefined ? {} : { REDIS_URL: stage.redisUrl };
  const server = await stage.serve({ ...FRESH, ...redis, CACHE_L1_MEGABYTES: String(megabytes) });
  const load = { port: server.port, connections: 100, first: new Map<string, Buffer>(), expected: ok };
  await closedLoop({ ...load, seconds: 15, next: asking(zipf(characters, 1, 11)) });
  const measured = await closedLoop({ ...load, seconds: 10, next: asking(zipf(characters, 1, 12)) });
  await server.stop();
  return { ...measured, megabytes, hitRatio: Number(((measured.tiers.l1 ?? 0) / measured.answers).toFixed(4)) };
}

/** Memory of a process whose cache is full. */
export async function measureMemory(stage: Stage, { characters }: { characters: number }) {
  const megabytes = 128;
  const server = await stage.serve({ ...FRESH, CACHE_L1_MEGABYTES: String(megabytes) });
  const load = { port: server.port, connections: 32, first: new Map<string, Buffer>(), expected: ok };
  await closedLoop({ ...load, seconds: 25, next: asking(inTurn(characters)) });
  const metrics = await fetch(`http://127.0.0.1:${server.port}/metrics`).then((answer) => answer.text());
  const kept = Number(/^pve_answer_cache\{what="bytes"\} (\d+)/m.exec(metrics)?.[1]);
  const resident = residentBytes(server.pid);
  await server.stop();
  const mib = (bytes: number): number => Math.round(bytes / 1024 ** 2);
  return { l1MiB: mib(kept), limitMiB: megabytes, residentMiB: mib(resident), targetMiB: 2 * mib(kept) + 150 };
}
