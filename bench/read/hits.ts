import type { FirstBodies } from './connection.ts';
import { requestBytes } from './connection.ts';
import { pathOf } from './characters.ts';
import { closedLoop, VoidRun, type Measured } from './load.ts';
import { cpuMicroseconds, servePlain, type Server, type Stage } from './stage.ts';

/** Many and short: the machine's speed changes within seconds, and a round is compared with its neighbours. */
const ROUNDS = 15;
const SECONDS = 2;
const CONNECTIONS = 100;
/** A row counts when the server was the one that could not go faster. */
const BUSY = 0.95;

interface Round extends Measured {
  readonly cpuMicroseconds: number;
  /** Cores that the server kept busy. */
  readonly busy: number;
}

type Variant = 'product' | 'bare node:http' | 'express';

/** Cached reads of one answer by 100 connections: the product, a bare server and Express with the same bytes, in turn. */
export async function measureHits(stage: Stage, options: { readonly notModified: boolean }) {
  const product = await stage.serve({ SNAPSHOT_FRESH_FOR_SECONDS: '86400' }, 0);
  const { headers, body } = await fetchOnce(product.port);
  const rows = new Map<Variant, Round[]>();
  const known = options.notModified ? { 'If-None-Match': headers.etag ?? '' } : undefined;
  const bytes = requestBytes(pathOf(0), known);
  const first: FirstBodies = new Map();
  const plain = (kind: 'bare' | 'express') => servePlain({ kind, headers, body, path: pathOf(0) }, 0);
  const servers: readonly (readonly [Variant, Server])[] = options.notModified
    ? [['product', product]]
    : [
        ['product', product],
        ['bare node:http', await plain('bare')],
        ['express', await plain('express')],
      ];
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [variant, server] of servers) {
      const measured = await measure(server, { bytes, first, status: options.notModified ? 304 : 200 });
      // The first round warms up.
      if (round > 0) rows.set(variant, [...(rows.get(variant) ?? []), measured]);
    }
  for (const [, server] of servers) await server.stop();
  return Object.fromEntries([...rows].map(([variant, rounds]) => [variant, summary(rounds)]));
}

async function measure(
  { port, pid }: Server,
  { bytes, first, status }: { bytes: Buffer; first: FirstBodies; status: number },
): Promise<Round> {
  const cpu = cpuMicroseconds(pid);
  const began = performance.now();
  const measured = await closedLoop({
    port,
    connections: CONNECTIONS,
    seconds: SECONDS,
    first,
    next: () => ({ path: pathOf(0), bytes }),
    expected: (answer) => answer.status === status,
  });
  const used = cpuMicroseconds(pid) - cpu;
  return { ...measured, cpuMicroseconds: used / measured.answers, busy: used / 1000 / (performance.now() - began) };
}

/** The answer that every server of the comparison gives: warm in memory, with the headers of a hit. */
async function fetchOnce(port: number): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const url = `http://127.0.0.1:${port}${pathOf(0)}`;
  for (let i = 0; i < 3; i += 1) await fetch(url, { headers: { 'accept-encoding': 'br' } }).then((it) => it.text());
  const { get } = await import('node:http');
  return await new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.headers['x-cache'] !== 'l1') reject(new VoidRun('the answer does not come from memory'));
        const own = new Set(['date', 'connection', 'keep-alive']);
        const headers = Object.entries(response.headers).filter(([name]) => !own.has(name));
        resolve({ headers: Object.fromEntries(headers) as Record<string, string>, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });
}

function summary(rounds: readonly Round[]) {
  const middle = (of: (round: Round) => number): number =>
    rounds.map(of).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? NaN;
  return {
    perSecond: middle((round) => round.perSecond),
    cpuMicroseconds: Number(middle((round) => round.cpuMicroseconds).toFixed(2)),
    p99: middle((round) => round.p99),
    busy: Number(middle((round) => round.busy).toFixed(3)),
    throughputCounts: middle((round) => round.busy) >= BUSY,
    rounds: rounds.map(({ perSecond, cpuMicroseconds: cpu, p50, p99, max, busy }) => ({
      perSecond,
      cpuMicroseconds: Number(cpu.toFixed(2)),
      p50,
      p99,
      max,
      busy: Number(busy.toFixed(3)),
    })),
  };
}
