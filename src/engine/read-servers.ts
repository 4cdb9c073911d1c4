// How the model servers of this process are, for health and metrics.

import type { ServerReading } from '../batch/readings.ts';
import type { OwnEndpoint } from './model-endpoints.ts';

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
