// A drop whose event Slack gives up on: the message must be found in its channel.

import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';

/** So long an event is taken to be under way, see src/slack/drops/catch-up.ts, and a little more. */
const absenceMs = 12_000;

export const missedDrop: Scenario = {
  name: 'slack-missed',
  fault: 'a drop while every replica is dead, and its event brought only after the drop was found',
  promise: 'one batch, of the message that a replica finds when it starts',
  run: (stage) =>
    runTrial(stage, {
      rows: 60,
      world: { rowMs: 1000 },
      strikeAfter: 0,
      mostRepeats: () => 0,
      async prepare({ fleet, workspace }) {
        await Promise.all([fleet.kill(0), fleet.kill(1)]);
        workspace.faults.loseEvents();
      },
      async strike({ fleet, workspace }, watch) {
        await pause(absenceMs);
        workspace.faults.clear();
        await Promise.all([fleet.start(0), fleet.start(1)]);
        const endedAt = performance.now();
        await watch.reached(1);
        const dropped = workspace.events.find(({ type }) => type === 'message');
        await workspace.redeliver(dropped?.eventId);
        return { injected: 1, endedAt };
      },
    }),
};
