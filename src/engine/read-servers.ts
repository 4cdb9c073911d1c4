// How the model servers of this process are, for health and metrics.

import type { OwnEndpoint } from './model-endpoints.ts';

export interface ServerReading {
  readonly endpoint: string;
  /** As this process knows it, about a second late. */
  readonly open: boolean;
  readonly gate: {
    /** Weight and requests in flight, and the weight that may be, over all processes. */
    readonly inFlight: number;
    readonly requests: number;
    readonly budget: number;
    /** Rows that wait at this process's gate. */
    readonly queued: number;
  };
}

/** Two Redis commands for each of them; waits while Redis is away. */
export function readServers(endpoints: readonly OwnEndpoint[]): Promise<readonly ServerReading[]> {
  return Promise.all(
    endpoints.map(async ({ name, gate, isOpen }) => {
      const { running, jobs, queued, budget } = await gate.counts();
      return {
        endpoint: name,
        open: isOpen(),
        gate: { inFlight: running, requests: jobs, budget, queued },
      };
    }),
  );
}
