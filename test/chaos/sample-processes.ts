// What the soak measures: heap, resident memory and open files of each bot, and what Redis holds.

import { readdir, readFile } from 'node:fs/promises';
import type { ChaosWorld } from './chaos-world.ts';
import type { Replica } from './fleet.ts';

export interface Sample {
  /** By replica number; a replica that was started anew begins anew. */
  readonly bots: readonly BotSample[];
  /** Without the claims of messages, one for each that ever was, which end by their time to live. */
  readonly redisKeys: number;
  readonly redisBytes: number;
}

export interface BotSample {
  readonly pid: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number;
}

/** Linux: it reads /proc. */
export async function takeSample({ fleet, ledger: { redis } }: ChaosWorld): Promise<Sample> {
  const bots = await Promise.all(fleet.replicas().map(sampleBot));
  const [names, memory] = await Promise.all([redis.keys('*'), redis.info('memory')]);
  const keys = names.filter((name) => !name.includes(':once:')).length;
  const bytes = /^used_memory:(\d+)/mu.exec(memory)?.[1];
  return { bots, redisKeys: keys, redisBytes: Number(bytes) };
}

async function sampleBot({ pid, opsPort }: Replica): Promise<BotSample> {
  const [status, files, metrics] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
    fetch(`http://127.0.0.1:${opsPort}/metrics`).then((answer) => answer.text()),
  ]);
  const resident = /^VmRSS:\s+(\d+) kB/mu.exec(status)?.[1];
  const heap = /^\w*nodejs_heap_size_used_bytes (\S+)/mu.exec(metrics)?.[1];
  return {
    pid,
    heapBytes: Number(heap),
    residentBytes: Number(resident) * 1024,
    openFiles: files.length,
  };
}
