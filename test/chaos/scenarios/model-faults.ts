// The model server in every bad mode: answers nobody can use, hanging, refusing, dying, coming back.

import { setTimeout as pause } from 'node:timers/promises';
import type { ModelFault } from '../../../src/sandbox/model/model-faults.ts';
import { budget, keyPrefix, type ChaosWorld } from '../chaos-world.ts';
import { toSku } from '../dropped-table.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { runTrial, type Trial } from '../trial.ts';
import { waitUntil } from '../wait-until.ts';

const running = { rows: 240, world: { rowMs: 500 } } as const;

/** What a row gets over when it happens to it once. */
const onceModes: readonly ModelFault[] = [
  { status: 500 },
  { status: 502 },
  { status: 503 },
  { status: 504 },
  { status: 429, retryAfterSeconds: 1 },
  { status: 503, html: true },
  { reset: true },
  { closeMidBody: true },
  { stallMidBody: true },
  { hang: true },
  { slowMs: 3000 },
  { garbage: true },
  { truncatedJson: true },
  { wrongSchema: true },
  { emptyContent: true },
  { hugeContent: true },
  { abort: true },
];

const badAnswers: Scenario = {
  name: 'model-bad-answers',
  fault: 'one bad answer to a row, of 17 kinds',
  promise: 'every row gets over it; nothing is lost',
  run(stage) {
    const rows = 240;
    const each = stage.isLong ? 4 : 2;
    const modes = Array.from({ length: each }, () => onceModes).flat();
    const numbers = stage.random.shuffled(Array.from({ length: rows }, (_, at) => at + 1));
    const plan = modes.map((fault, at) => ({ fault, sku: toSku(numbers[at] ?? 0) }));
    return runTrial(stage, {
      rows,
      world: { rowMs: 200 },
      settings: { VLLM_TIMEOUT_S: '5' },
      strikeAfter: 0,
      mostRepeats: ({ injected }) => injected,
      prepare({ model }) {
        for (const { fault, sku } of plan) model.faults.next({ ...fault, matching: `(${sku})` });
      },
      async strike({ model }, watch) {
        const struck = (): number => model.calls.filter((call) => call.fault !== undefined).length;
        await waitUntil(() => struck() === plan.length || watch.finished() === rows, 90_000);
        const broken = struck() < plan.length ? [`only ${struck()} faults struck`] : [];
        // A bad answer to its last row is followed by its good one.
        return { injected: struck(), broken };
      },
    });
  },
};

interface Outage {
  readonly name: string;
  readonly fault: string;
  readonly seconds: number;
  readonly longOnly?: true;
  /** Starts it; what it returns ends it. */
  begin(world: ChaosWorld): Promise<() => Promise<void>>;
}

/** Every request for a row meets the fault, until the outage ends. */
function always(fault: ModelFault): Outage['begin'] {
  return async ({ model }) => {
    model.faults.next(fault, Infinity);
    return async () => model.faults.clear();
  };
}

function isAway(how: 'refused' | 'unavailable'): Outage['begin'] {
  return async ({ model }) => {
    await model.faults.away(how);
    return () => model.faults.away(false);
  };
}

const outages: readonly Outage[] = [
  {
    name: 'model-refused',
    fault: 'model server refuses connections',
    seconds: 15,
    begin: isAway('refused'),
  },
  {
    name: 'model-unavailable',
    fault: 'a proxy answers 503 for the model server',
    seconds: 15,
    longOnly: true,
    begin: isAway('unavailable'),
  },
  {
    name: 'model-hangs',
    fault: 'model server takes requests and never answers',
    seconds: 25,
    begin: always({ hang: true }),
  },
  {
    name: 'model-fails',
    fault: 'model server answers 500 to everything',
    seconds: 15,
    begin: always({ status: 500 }),
  },
  {
    name: 'model-busy',
    fault: 'model server answers 429 to everything',
    seconds: 10,
    longOnly: true,
    begin: always({ status: 429, retryAfterSeconds: 1 }),
  },
  {
    name: 'model-engine-dead',
    fault: "model server's engine dies, back after 15 s",
    seconds: 15,
    async begin({ model }) {
      model.faults.next({ engineDead: true });
      await waitUntil(() => model.calls.some(({ fault }) => fault?.engineDead === true), 10_000);
      return () => model.faults.away(false);
    },
  },
  {
    name: 'model-key-refused',
    fault: 'model server refuses the key (401)',
    seconds: 10,
    longOnly: true,
    begin: always({ status: 401 }),
  },
  {
    name: 'model-unknown',
    fault: 'model server does not serve the model (404)',
    seconds: 10,
    longOnly: true,
    begin: always({ status: 404 }),
  },
];

/** No row pays for an outage: all of them are done in the end. */
function toScenario({ seconds, begin, ...about }: Outage): Scenario {
  const trial: Trial = {
    ...running,
    settings: { VLLM_TIMEOUT_S: '5' },
    deliverWithinMs: 120_000,
    async strike(world) {
      const end = await begin(world);
      await pause(seconds * 1000);
      await end();
      return { injected: 1 };
    },
  };
  const promise = 'the batch waits, no row fails, and it goes on by itself';
  return { ...about, promise, run: (stage: Stage) => runTrial(stage, trial) };
}

const cutConnections: Scenario = {
  name: 'model-resets',
  fault: 'every connection to the model server reset',
  promise: 'no row fails; repeated calls at most resets x in flight',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      mostRepeats: ({ injected }) => injected * budget,
      async strike({ modelProxy }) {
        for (let at = 0; at < 3; at += 1) {
          modelProxy.dropAll();
          await pause(stage.random.whole(2000, 4000));
        }
        return { injected: 3 };
      },
    }),
};

const rejectsAll: Scenario = {
  name: 'model-rejects-all',
  fault: 'model server rejects every row (400) until it is mended',
  promise: 'the batch is paused instead of failed; /batch resume finishes it with every row done',
  run: (stage) =>
    runTrial(stage, {
      rows: 60,
      world: { rowMs: 100 },
      strikeAfter: 0,
      prepare: ({ model }) => model.faults.next({ status: 400, matching: '(S0' }, Infinity),
      async strike({ model, workspace }, watch) {
        await waitUntil(() => watch.counts()?.state === 'paused', 30_000);
        model.faults.clear();
        const text = `resume ${watch.id() ?? ''}`;
        await workspace.slash({ user: 'ada', channel: 'products', command: '/batch', text });
        return { injected: 1 };
      },
    }),
};

const hourMs = 3_600_000;

/** Nobody waits for an hour: hours pass by making the beginning of the waiting earlier. */
async function passHours({ ledger }: ChaosWorld, id: string, hours: number): Promise<void> {
  const record = `${keyPrefix}:batch:${id}:record`;
  const sinceMs = Number(await ledger.redis.hget(record, 'waitsSinceMs'));
  await ledger.redis.hset(record, 'waitsSinceMs', sinceMs - hours * hourMs);
}

const gone: Scenario = {
  name: 'model-gone',
  fault: 'the model server away for longer than MODEL_MAX_OUTAGE',
  promise: 'the batch ends with what it has, once; every other row says E_MODEL_UNAVAILABLE',
  run: (stage) =>
    runTrial(stage, {
      ...running,
      settings: { MODEL_MAX_OUTAGE: '1' },
      endedEarly: { code: 'E_MODEL_UNAVAILABLE' },
      async strike(world, watch) {
        await world.model.faults.away(true);
        const isWaiting = await waitUntil(() => watch.counts()?.state === 'paused', 30_000);
        await passHours(world, watch.id() ?? '', 1);
        const endedAt = performance.now();
        await watch.delivered(60_000);
        const recoverS = (performance.now() - endedAt) / 1000;
        const broken = isWaiting ? [] : ['the batch did not wait'];
        return { injected: 1, endedAt, recoverS, broken };
      },
      also: (_world, watch) =>
        (watch.counts()?.cancelled ?? 0) > 0 ? [] : ['no row was left over'],
    }),
};

export const modelFaults: readonly Scenario[] = [
  badAnswers,
  ...outages.map(toScenario),
  cutConnections,
  rejectsAll,
  gone,
];
