// What Redis has left to hold batches in.

import type { Store } from './store.ts';

/** Running batches need the rest for their outcomes, and Redis for its buffers. */
const usableShare = 0.9;

/** Bytes that batches may still fill; Infinity where Redis has no limit (maxmemory 0). */
export async function readFreeMemory({ redis }: Pick<Store, 'redis'>): Promise<number> {
  return toFreeMemory(await redis.info('memory'));
}

/** `info` is the text of INFO memory. */
export function toFreeMemory(info: string): number {
  const used = numberIn(info, 'used_memory');
  const most = numberIn(info, 'maxmemory');
  return most === 0 ? Infinity : Math.max(0, most * usableShare - used);
}

function numberIn(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
