// A batch that is stopped: by whom it may be and by whom not, twice, over several processes, and when it is too late.

import type { ChaosWorld } from '../chaos-world.ts';
import type { Scenario } from '../scenario.ts';
import { runTrial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';
import type { BatchWatch } from '../watch-batch.ts';

const complete = 'files.completeUploadExternal';

/** What the person reads; each command goes to one of the processes. */
async function cancel(world: ChaosWorld, watch: BatchWatch, user: string): Promise<string> {
  const text = `cancel ${watch.id() ?? ''}`;
  const asked = { user, channel: 'products', command: '/batch', text };
  const replies = await world.workspace.slash(asked);
  return replies.map((reply) => reply.text).join(' ');
}

function expectWords(who: string, said: string, words: readonly string[]): string[] {
  const isOne = words.some((word) => said.includes(word));
  return isOne ? [] : [`${who} was told "${said}"`];
}

const stopped = ['is being stopped', 'already ended'];

const running: Scenario = {
  name: 'cancel',
  fault: 'a batch stopped by three people at once, one of them twice, over 3 replicas',
  promise: 'within 5 s; one results message with what is done; who may not is told so',
  run: (stage) =>
    runTrial(stage, {
      rows: 240,
      world: { rowMs: 1000, replicas: 3 },
      mostRepeats: () => 0,
      endedEarly: {},
      recoverWithinS: 5,
      async strike(world, watch) {
        // He reads Chinese.
        const refused = await cancel(world, watch, 'wei');
        const from = performance.now();
        const told = await Promise.all([
          cancel(world, watch, 'ada'),
          cancel(world, watch, 'boss'),
          cancel(world, watch, 'ada'),
        ]);
        await waitUntil(() => world.model.running() === 0, 30_000);
        const recoverS = (performance.now() - from) / 1000;
        const broken = [
          ...expectWords('another member', refused, ['只有发送文件的人']),
          ...told.flatMap((said) => expectWords('who may stop it', said, stopped)),
        ];
        return { injected: 4, recoverS, broken };
      },
      also: (_world, watch) =>
        (watch.counts()?.cancelled ?? 0) > 0 ? [] : ['no row was left to be stopped'],
    }),
};

const finishing: Scenario = {
  name: 'cancel-upload',
  fault: 'a batch stopped twice in the middle of its upload',
  promise: 'it is too late, which is said; one results message, whole',
  run: (stage) =>
    runTrial(stage, {
      rows: 60,
      world: { rowMs: 50, replicas: 2 },
      mostRepeats: () => 0,
      strikeAfter: 0,
      prepare: ({ workspace }) => workspace.faults.next(complete, { delayMs: 5000 }),
      async strike(world, watch) {
        const isAsked = (): boolean =>
          world.workspace.calls.some(({ method }) => method === complete);
        await waitUntil(isAsked, 60_000);
        const told = [await cancel(world, watch, 'ada'), await cancel(world, watch, 'boss')];
        const broken = told.flatMap((said) => expectWords('a person', said, ['already ended']));
        return { injected: 2, broken };
      },
    }),
};

export const stopFaults: readonly Scenario[] = [running, finishing];
