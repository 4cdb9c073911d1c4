// When the reading and finishing of batches counts as standing still in a bot.

import type { Watched } from './watchdog.ts';

export interface StepActivity extends Pick<Watched, 'moves'> {
  onStepBegun(): void;
  onStepEnded(): void;
  underWay(): number;
}

export function createStepActivity(): StepActivity {
  let moves = 0;
  let underWay = 0;
  return {
    onStepBegun() {
      moves += 1;
      underWay += 1;
    },
    onStepEnded() {
      moves += 1;
      underWay -= 1;
    },
    moves: () => moves,
    underWay: () => underWay,
  };
}

/** A waiting step is taken within a second; after an outage of Redis it may take half a minute. */
const stallMs = 5 * 60_000;

/** `waiting` gives how many steps any process could take at once. One that has begun ends by itself in time, see
 *  limit-time.ts. */
export function toWatchedSteps(
  { moves, underWay }: StepActivity,
  waiting: () => Promise<number | undefined>,
): Watched {
  return {
    trouble: 'batches wait to be read or delivered, but this process has not taken any',
    stallMs,
    moves,
    isDue: async () => underWay() === 0 && ((await waiting()) ?? 0) > 0,
  };
}
