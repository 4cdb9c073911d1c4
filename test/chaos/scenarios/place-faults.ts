// The place where a batch is spoken of goes away in the middle of its run: the message, the channel, Darkroom's token.

import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosWorld } from '../chaos-world.ts';
import { findDirect, findSaid } from '../read-histories.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';
import type { BatchWatch } from '../watch-batch.ts';

const running = { rows: 60, world: { rowMs: 1000 }, mostRepeats: () => 0 } as const;
const shownWithinMs = 30_000;

/** The one message that shows the progress, and that all is done. */
export async function checkProgress(world: ChaosWorld, { place }: BatchWatch): Promise<string[]> {
  const shown = (): readonly string[] =>
    findSaid(world, place)
      .filter(({ files }) => files === undefined)
      .map(({ text }) => text);
  const isDone = (): boolean => shown().at(-1)?.includes('is done') === true;
  const isShown = await waitUntil(isDone, shownWithinMs);
  return [
    ...(isShown ? [] : [`the thread shows at the end: ${shown().join(' | ') || 'nothing'}`]),
    ...(shown().length === 1 ? [] : [`${shown().length} messages show the progress`]),
  ];
}

const messageDeleted: Scenario = {
  name: 'slack-message-deleted',
  fault: 'the progress message deleted by a person',
  promise: 'one new message shows the progress; results in the thread, once',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      async strike(world, { place }) {
        const { channel } = place;
        await waitUntil(() => findSaid(world, place).length > 0, 30_000);
        const [message] = findSaid(world, place);
        await world.workspace.deleteMessage({ channel, ts: message?.ts ?? '' });
        return { injected: 1 };
      },
      also: checkProgress,
    }),
};

/** Results where the person finds them, with a word on why they are there. */
function checkDirect(world: ChaosWorld, { place }: BatchWatch): string[] {
  const inThread = findSaid(world, place).filter(({ files = [] }) => files.length > 0);
  const words = findDirect(world).filter(({ text }) => text.includes('can no longer write in'));
  return [
    ...(inThread.length === 0 ? [] : ['results came in a thread that is closed']),
    ...(words.length === 1 ? [] : [`the person was told ${words.length} times why`]),
  ];
}

function closing(name: string, fault: string, close: 'removeBot' | 'archive'): Scenario {
  return {
    name,
    fault,
    promise: 'the batch runs on; its results go to the person directly, once',
    run: (stage) =>
      runTrial(stage, {
        ...running,
        async strike({ workspace }) {
          await workspace[close]({ channel: 'products' });
          return { injected: 1 };
        },
        also: checkDirect,
      }),
  };
}

const methods = [
  'auth.test',
  'chat.postMessage',
  'chat.update',
  'conversations.info',
  'conversations.replies',
  'files.completeUploadExternal',
  'files.getUploadURLExternal',
  'files.info',
  'reactions.add',
  'reactions.remove',
  'users.info',
] as const;
const revokedMs = 20_000;

const tokenRevoked: Scenario = {
  name: 'slack-token-revoked',
  fault: `the bot token refused for ${revokedMs / 1000} s`,
  promise: 'the results wait for the administrator, and come once',
  longOnly: true,
  run: (stage) =>
    runTrial(stage, {
      ...running,
      async strike(world, watch) {
        const { faults } = world.workspace;
        const error = 'token_revoked';
        for (const method of methods) faults.next(method, { error }, 1000);
        await pause(revokedMs);
        const isDone = watch.finished() === running.rows;
        faults.clear();
        const endedAt = performance.now();
        await watch.delivered(90_000);
        const recoverS = (performance.now() - endedAt) / 1000;
        const broken = isDone ? [] : ['the rows did not go on meanwhile'];
        return { injected: 1, endedAt, recoverS, broken };
      },
      also: checkProgress,
    }),
};

export const placeFaults: readonly Scenario[] = [
  messageDeleted,
  closing('slack-bot-removed', 'the bot removed from the channel', 'removeBot'),
  closing('slack-archived', 'the channel archived', 'archive'),
  tokenRevoked,
];
