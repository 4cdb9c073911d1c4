// Slack that limits, fails, is slow, sends twice, in disorder, or hangs up.

import { setTimeout as pause } from 'node:timers/promises';
import type { CallFault } from '../../../src/sandbox/workspace/faults.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { checkProgress } from './place-faults.ts';

const running = { rows: 60, world: { rowMs: 1000 } } as const;

const duplicates: Scenario = {
  name: 'slack-duplicates',
  fault: 'event of a drop sent 5 times to 3 replicas, acknowledgements lost',
  promise: 'one batch',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      world: { ...running.world, replicas: 3 },
      strikeAfter: 0,
      mostRepeats: () => 0,
      prepare({ workspace }) {
        workspace.faults.duplicateEvents();
        workspace.faults.ignoreAcks(2);
      },
      async strike({ workspace }) {
        const dropped = workspace.events.find(({ type }) => type === 'message');
        await Promise.all([
          workspace.redeliver(dropped?.eventId),
          workspace.redeliver(dropped?.eventId),
        ]);
        return { injected: 5 };
      },
    }),
};

const disorder: Scenario = {
  name: 'slack-disorder',
  fault: 'events held for 3 s, then sent in reverse order',
  promise: 'one batch, nothing lost',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      strikeAfter: 0,
      mostRepeats: () => 0,
      prepare({ workspace }) {
        workspace.faults.holdEvents();
        setTimeout(() => workspace.faults.releaseEvents('reverse'), 3000);
      },
      async strike(_world, watch) {
        await watch.reached(1);
        return { injected: 1 };
      },
    }),
};

const sockets: Scenario = {
  name: 'slack-sockets',
  fault: "Slack's sockets cut or recycled",
  promise: 'nothing lost, a drop meanwhile is taken once',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      strikeAfter: 0,
      mostRepeats: () => 0,
      prepare: ({ workspace }) => workspace.dropSockets(),
      async strike({ workspace }) {
        for (let at = 0; at < 4; at += 1) {
          await pause(stage.random.whole(500, 1500));
          if (at % 2 === 0) workspace.dropSockets();
          else workspace.disconnectSockets();
        }
        await workspace.waitForBot(20_000);
        return { injected: 5 };
      },
    }),
};

const spokenMethods = [
  'chat.postMessage',
  'chat.update',
  'reactions.add',
  'reactions.remove',
  'users.info',
  'conversations.replies',
] as const;

/** The next calls of every method meet these. The upload's have a scenario of their own. */
function everywhere(
  about: Pick<Scenario, 'name' | 'fault'>,
  script: readonly CallFault[],
): Scenario {
  return {
    ...about,
    promise: 'one results message, nothing lost',
    run: (stage) =>
      runTrial(stage, {
        ...running,
        strikeAfter: 0,
        mostRepeats: () => 0,
        deliverWithinMs: 180_000,
        prepare({ workspace }) {
          for (const method of spokenMethods) {
            for (const fault of stage.random.shuffled(script)) workspace.faults.next(method, fault);
          }
        },
        async strike(_world, watch) {
          await watch.delivered(180_000);
          return { injected: script.length * spokenMethods.length };
        },
      }),
  };
}

const limited = everywhere(
  { name: 'slack-429', fault: 'Slack answers 429 to the first calls of each method' },
  [
    { status: 429, retryAfter: 1 },
    { status: 429, retryAfter: 2 },
  ],
);

const failing = everywhere(
  {
    name: 'slack-5xx',
    fault: 'Slack fails, hangs up or is slow in the first calls of each method',
  },
  [{ status: 500 }, { status: 503 }, { drop: 'before' }, { delayMs: 2000 }],
);

/** Longer than the bot waits for the answer to a post, an edit or the end of an upload (15 s). */
const tooSlowMs = 20_000;
const posting = ['chat.postMessage', 'chat.update', 'files.completeUploadExternal'] as const;

const slow: Scenario = {
  name: 'slack-slow',
  fault: 'Slack does what it is asked, but answers later than anybody waits',
  promise: 'one results message and one that shows the progress, which ends with the truth',
  longOnly: true,
  run: (stage) =>
    runTrial(stage, {
      rows: 240,
      world: { rowMs: 2000 },
      mostRepeats: () => 0,
      strikeAfter: 0,
      deliverWithinMs: 180_000,
      prepare({ workspace }) {
        for (const method of posting) workspace.faults.next(method, { delayMs: tooSlowMs });
      },
      async strike(_world, watch) {
        await watch.delivered(180_000);
        return { injected: posting.length };
      },
      also: checkProgress,
    }),
};

export const slackFaults: readonly Scenario[] = [
  duplicates,
  disorder,
  sockets,
  limited,
  failing,
  slow,
];
