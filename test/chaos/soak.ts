// Batch after batch for a long time, with random faults: nothing may be lost, and memory, open files and
// what Redis holds must stay flat.

import { setTimeout as pause } from 'node:timers/promises';
import { startChaosWorld, type ChaosWorld } from './chaos-world.ts';
import { compareHistories } from './compare-histories.ts';
import { judgeFlatness, type Figure, type Judged } from './flatness.ts';
import type { Random } from './random.ts';
import { checkAtRest, findResults, readCalls, readLedger } from './read-histories.ts';
import { takeSample, type Sample } from './sample-processes.ts';
import type { Outcome, Stage } from './scenario.ts';
import { neverRecounted } from './trial.ts';
import { waitUntil } from './wait-until.ts';
import { watchBatch, type BatchWatch } from './watch-batch.ts';

const rowsPerBatch = 240;
const sampleEveryMs = 10_000;

/** A killed replica begins with a fresh heap, so the first one is spared: its figures are judged. */
const killed = [1, 2] as const;

type Fault = (world: ChaosWorld, random: Random) => Promise<void>;

const faults: Readonly<Record<string, Fault>> = {
  kill: async ({ fleet }, random) => {
    const victim = random.pick(killed);
    await fleet.kill(victim);
    await fleet.start(victim);
  },
  pause: async ({ fleet }, random) => {
    const victim = random.pick(killed);
    fleet.pause(victim);
    await pause(random.whole(2000, 12_000));
    fleet.resume(victim);
  },
  'redis restart': ({ redis }) => redis.restart(),
  'redis resets': async ({ redisProxy }) => void redisProxy.dropAll(),
  'lost replies': async ({ redisProxy }) => redisProxy.loseReplies(3),
  'slow redis': async ({ redisProxy }, random) => {
    redisProxy.delay(random.whole(10, 60));
    await pause(3000);
    redisProxy.delay(0);
  },
  'model away': async ({ model }, random) => {
    await model.faults.away(true);
    await pause(random.whole(1000, 8000));
    await model.faults.away(false);
  },
  'model resets': async ({ modelProxy }) => void modelProxy.dropAll(),
  'model errors': async ({ model }) => model.faults.next({ status: 500, matching: '(S0' }, 3),
  'slack sockets': async ({ workspace }) => workspace.dropSockets(),
  'slack limits': async ({ workspace }) =>
    workspace.faults.next('chat.update', { status: 429, retryAfter: 2 }, 3),
};

export interface Soak {
  readonly outcome: Outcome;
  readonly flatness: readonly Judged[];
}

/** Each batch is purged when it was checked: what stays in Redis then is what should not. */
export async function runSoak(stage: Stage, minutes: number): Promise<Soak> {
  const undisturbed = await stage.undisturbed(rowsPerBatch);
  const { pictures, settings, random } = stage;
  await using world = await startChaosWorld({ pictures, settings, replicas: 3, rowMs: 300 });
  const end = performance.now() + minutes * 60_000;
  const isOver = (): boolean => performance.now() > end;
  const samples: Sample[] = [];
  const injected = new Map<string, number>();
  const batches: Outcome[] = [];

  const work = async (): Promise<void> => {
    while (!isOver()) {
      // In turns: a person's rows a day are limited.
      const user = batches.length % 2 === 0 ? 'ada' : 'boss';
      batches.push(await runBatch(world, { undisturbed, user }));
    }
  };
  const breakThings = async (): Promise<void> => {
    const names = Object.keys(faults);
    while (!isOver()) {
      await pause(random.whole(1000, 6000));
      const [name = ''] = random.shuffled(names);
      stage.say(`${batches.length} batches, ${name}`);
      await faults[name]?.(world, random);
      injected.set(name, (injected.get(name) ?? 0) + 1);
    }
  };
  const sample = async (): Promise<void> => {
    while (!isOver()) {
      await pause(sampleEveryMs);
      // Redis or a bot may just be away.
      const taken = await takeSample(world).catch(() => undefined);
      if (taken !== undefined) samples.push(taken);
    }
  };
  await Promise.all([work(), breakThings(), sample()]);

  const rest = [...(await checkAtRest(world, 150_000)), ...(await neverRecounted(world))];
  const kinds = await countKeyKinds(world);
  const broken = [...batches.flatMap((batch) => batch.broken), ...rest];
  const sum = (read: (batch: Outcome) => number): number =>
    batches.reduce((total, batch) => total + read(batch), 0);
  const times = batches.map(({ recoverS = 0 }) => recoverS);
  const outcome = {
    injected: [...injected.values()].reduce((total, count) => total + count, 0),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    repeated: sum(({ repeated }) => repeated),
    recoverS: Math.max(0, ...times),
    broken,
    notes: [
      `${batches.length} batches of ${rowsPerBatch} rows`,
      [...injected].map(([name, count]) => `${name} ${count}`).join(', '),
      `keys in Redis at the end: ${kinds}`,
    ],
  };
  return { outcome, flatness: toFigures(samples).map(judgeFlatness) };
}

/** A batch may take minutes under so many faults; `recoverS` is its longest time without an outcome. */
const deliverWithinMs = 300_000;

async function runBatch(
  world: ChaosWorld,
  { undisturbed, user }: { undisturbed: Buffer; user: string },
): Promise<Outcome> {
  const sent = world.model.calls.at(-1)?.number;
  await using watch = watchBatch(world, await world.drop(rowsPerBatch, user));
  let [finished, since, longest] = [0, performance.now(), 0];
  const deadline = since + deliverWithinMs;
  while (findResults(world, watch.place).length === 0 && performance.now() < deadline) {
    await pause(100);
    const now = watch.finished();
    longest = Math.max(longest, performance.now() - since);
    if (now > finished) [finished, since] = [now, performance.now()];
  }
  await pause(1000);
  const findings = compareHistories({
    rows: rowsPerBatch,
    calls: readCalls(world, sent),
    ledger: await readLedger(world, watch.id()),
    posted: findResults(world, watch.place),
    undisturbed,
  });
  const purged = await isPurged(world, { watch, user });
  const wrong = findings.lost + findings.doubled;
  const broken = [
    ...findings.broken,
    ...(purged ? [] : ['a batch cannot be deleted']),
    ...(wrong > 0 ? [`${findings.lost} rows lost, ${findings.doubled} doubled`] : []),
  ];
  return { ...findings, injected: 0, recoverS: longest / 1000, broken, notes: [] };
}

/** With a fault every few seconds the answer to a click is often lost, and the next click has to wait for it. */
const deleteWithinMs = 180_000;

/** By the person who dropped it; right away, or when Redis and Slack's socket are there again. */
async function isPurged(
  { workspace, ledger }: ChaosWorld,
  { watch, user }: { readonly watch: BatchWatch; readonly user: string },
): Promise<boolean> {
  const id = watch.id() ?? '';
  const channel = 'products';
  const isGone = async (): Promise<boolean> => (await ledger.counts(id)) === undefined;
  const ask = async (): Promise<boolean> => {
    if (await isGone()) return true;
    await workspace.slash({ user, channel, command: '/batch', text: `purge ${id}` });
    const findQuestion = (): { readonly ts: string } | undefined =>
      workspace.ephemerals(user).findLast(({ text }) => text.includes(`*${id}*`));
    if (!(await waitUntil(() => findQuestion() !== undefined, 5000))) return false;
    const messageTs = findQuestion()?.ts ?? '';
    await workspace.click({ user, channel, messageTs, actionId: 'purge_batch' }).catch(() => {});
    return waitUntil(isGone, 15_000);
  };
  return waitUntil(ask, deleteWithinMs);
}

/** Names without what tells one key of a kind from another. */
async function countKeyKinds({ ledger: { redis } }: ChaosWorld): Promise<string> {
  const kinds = new Map<string, number>();
  for (const key of await redis.keys('*')) {
    const kind = key.replaceAll(/[\w.-]*\d[\w.-]*/gu, '#');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds]
    .toSorted(([, one], [, other]) => other - one)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

const megabyte = 1024 * 1024;

function toMegabytes(bytes: number): number {
  return bytes / megabyte;
}

function toFigures(samples: readonly Sample[]): readonly Figure[] {
  const bots = samples.flatMap(({ bots: [first] }) => (first === undefined ? [] : [first]));
  const heap = bots.map(({ heapBytes }) => toMegabytes(heapBytes));
  const resident = bots.map(({ residentBytes }) => toMegabytes(residentBytes));
  const files = bots.map(({ openFiles }) => openFiles);
  const keys = samples.map(({ redisKeys }) => redisKeys);
  const memory = samples.map(({ redisBytes }) => toMegabytes(redisBytes));
  return [
    { name: 'heap (MB)', samples: heap, share: 0.2, least: 10 },
    { name: 'resident memory (MB)', samples: resident, share: 0.2, least: 25 },
    { name: 'open files', samples: files, share: 0.1, least: 8 },
    { name: 'keys in Redis', samples: keys, share: 0.1, least: 20 },
    { name: 'memory of Redis (MB)', samples: memory, share: 0.2, least: 2 },
  ];
}
