// The peers of the saturation benchmark, and what the simulator says of them beforehand, in virtual time.

import { pixelBudgets } from '../../src/batch/recipe.ts';
import { toTargetSize, type Size } from '../../src/batch/tokens.ts';
import type { GpuProfileName } from '../../src/sandbox/model/gpu-profiles.ts';
import {
  findBestConcurrency,
  simulateClosedLoop,
  type Load,
} from '../../src/sandbox/model/simulate-load.ts';
import type { PictureWay } from './closed-loop.ts';
import { countPeerTokens } from './peer-requests.ts';

export const outputTokens = 150;

export interface Peer {
  readonly pictures: PictureWay;
  /** Requests in flight. */
  readonly workers: number;
  /** Expected of the simulated GPU. */
  readonly rowsPerS: number;
  /** Of most rows, expected. */
  readonly latencyS: number;
  /** How long it is to run: until every worker has had its first answer, and the steady part. */
  readonly seconds: number;
}

export interface Peers {
  /** The closed loop with the most rows a second: plain requests with prepared pictures. */
  readonly ideal: Peer;
  /** The well-known script: six workers, links passed on to the server, nothing shrunk. */
  readonly script: Peer;
  /** One request after the other, with prepared pictures. */
  readonly sequential: Peer;
}

const scriptWorkers = 6;

/** `steadyS`: how long the ideal's steady part is to be. */
export function planPeers(profile: GpuProfileName, photo: Size, steadyS: number): Peers {
  const { shared, own } = countPeerTokens();
  const toLoad = (picture: Size): Load => ({
    profile,
    rows: 120,
    pictures: [picture],
    sharedPrefixTokens: shared,
    textTokens: own,
    outputTokens,
  });
  const prepared = toLoad(toTargetSize(photo, pixelBudgets.standard));
  const { concurrency } = findBestConcurrency(prepared).best;
  return {
    ideal: plan('ideal', prepared, { workers: concurrency, steady: () => steadyS }),
    // Its answers come one like the other, so that a few of them give the rate.
    script: plan('script', toLoad(photo), {
      workers: scriptWorkers,
      steady: (latencyS) => Math.max(6, latencyS),
    }),
    sequential: plan('sequential', prepared, { workers: 1, steady: (latencyS) => 3 * latencyS }),
  };
}

function plan(
  name: keyof Peers,
  load: Load,
  { workers, steady }: { workers: number; steady: (latencyS: number) => number },
): Peer {
  const rows = Math.max(load.rows, 12 * workers);
  const figures = simulateClosedLoop({ ...load, rows, concurrency: workers });
  const latencyS = figures.latencyMs.p50 / 1000;
  // All begin together, so that the first answers take longest; the last ones are broken off.
  const seconds = (figures.latencyMs.max + figures.latencyMs.p50) / 1000 + steady(latencyS);
  const pictures = name === 'script' ? 'linked' : 'prepared';
  return { pictures, workers, rowsPerS: figures.steadyRowsPerS, latencyS, seconds };
}
