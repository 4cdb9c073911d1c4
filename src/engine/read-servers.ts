// How the model servers of this process are, for health and metrics.

import type { OwnEndpoint } from './model-endpoints.ts';
import type { Stores } from './stores.ts';

export interface ServerReading {
  readonly endpoint: string;
  readonly open: boolean;
  /** Weight in flight and allowed over all processes, and rows that wait at this process's gate. */
  readonly gate: { readonly inFlight: number; readonly queued: number; readonly budget: number };
}

/** Rejects at once while Redis is away. */
export async function readServers(
  endpoints: readonly OwnEndpoint[],
  { redis }: Pick<Stores, 'redis'>,
): Promise<readonly ServerReading[]> {
  if (!redis.isUp()) throw new Error('Redis is away');
  return Promise.all(
    endpoints.map(async ({ name, gate, state }) => {
      const [{ running, queued, budget }, closed] = await Promise.all([
        gate.counts(),
        state.closed(),
      ]);
      return {
        endpoint: name,
        open: closed === undefined,
        gate: { inFlight: running, queued, budget },
      };
    }),
  );
}
