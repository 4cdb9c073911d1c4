// What the thread of a batch says while Redis cannot be used, and that it shows progress again.

import { toText } from '../support/journey-thread.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { waitUntil } from './wait-until.ts';
import type { BatchWatch } from './watch-batch.ts';

/** Everything that the bot has said there, as it stands now. */
export function readThread({ workspace }: ChaosWorld, { place }: BatchWatch): string {
  const [, ...replies] = workspace.thread(place.channel, place.ts);
  return replies.map(toText).join('\n');
}

/** After the 30 s that an outage may last without a word. */
const saidWithinMs = 45_000;
const shownWithinMs = 10_000;

const saysSo = /is waiting\*[^]*my store \(Redis\)/u;

export interface SaysAway {
  /** Settles when the thread says so. */
  waiting(): Promise<void>;
  /** From the end of the fault on. Settles with promises that did not hold. */
  broken(): Promise<string[]>;
}

export function saysAway(world: ChaosWorld, watch: BatchWatch): SaysAway {
  let wasSaid = false;
  const isSaid = (): boolean => saysSo.test(readThread(world, watch));
  return {
    async waiting() {
      wasSaid = await waitUntil(isSaid, saidWithinMs);
    },
    async broken() {
      const isOver = await waitUntil(() => !isSaid(), shownWithinMs);
      return [
        ...(wasSaid ? [] : ['the thread never says that Redis cannot be used']),
        ...(isOver ? [] : ['the thread does not show progress again']),
      ];
    },
  };
}
