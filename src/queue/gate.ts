// The limiter in front of one model server, shared by all processes through Redis: the weights of what
// they have in flight together never pass its budget.

import Bottleneck from 'bottleneck';
import { firstBudget, largestWeight } from '../batch/budget.ts';
import { createGateConnection, type GateConnection } from './gate-connection.ts';
import { createGateKeeper, type GateKeeper, type GateRepair } from './gate-keeper.ts';
import { runInSlot } from './gate-slot.ts';
import { GateUnavailable } from './gate-unavailable.ts';
import { withDeadline } from './with-deadline.ts';

const dayMs = 24 * 3600 * 1000;
const closeDeadlineMs = 5000;

export interface GateOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  /** Names the model server: gates with the same name share their budget. */
  readonly endpoint: string;
  /** Weight that may be in flight where no budget is stored; at least 8 is used. Default 16. */
  readonly budget?: number;
  /** After this a slot counts as free, whatever became of its holder: the request's deadline + 15 s. */
  readonly expirationMs: number;
  /** How long Redis may take to answer at the start; default 10 s. */
  readonly readyDeadlineMs?: number;
  /** How often sums are mended that a lost reply has made wrong; default 10 s. */
  readonly reconcileEveryMs?: number;
  readonly onError?: (error: unknown) => void;
  readonly onRepair?: (repair: GateRepair) => void;
}

export interface GateCounts {
  /** Weight in flight, over all processes. */
  readonly running: number;
  /** Jobs in flight, over all processes. */
  readonly jobs: number;
  /** Jobs that wait in this process. */
  readonly queued: number;
  readonly budget: number;
  /** Weight of all jobs that ever ended, over all processes; begins anew where Redis lost its data. */
  readonly doneWeight: number;
}

export interface Gate {
  /** Runs `work` when its weight (1 to 8) fits into the budget, and settles as it does. While it waits it
   *  rejects with the signal's reason, or with GateUnavailable where the gate fails; nothing is retried
   *  inside. What waits is lost with the process: keep it to about twice the budget. */
  run<T>(
    job: { readonly weight: number; readonly signal: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T>;
  /** For all processes; at least 8 is used. */
  setBudget(budget: number): Promise<void>;
  /** Weight that may be in flight over all processes, 8 or more, as last seen: another process's change
   *  shows within 2 s. Costs no Redis command. */
  budget(): number;
  /** Two Redis commands. */
  counts(): Promise<GateCounts>;
  /** Turns away what waits and gives what runs at most 5 s. */
  close(): Promise<void>;
}

/** Rejects with GateUnavailable where Redis does not answer in time. A budget that is stored stays. */
export async function createGate(options: GateOptions): Promise<Gate> {
  const link = createGateConnection(options.redisUrl);
  const { onError = () => {} } = options;
  link.connection.on('error', onError);
  const id = `${options.prefix.replace(/:$/, '')}:gate:${options.endpoint}`;
  const limiter = new Bottleneck({
    id,
    connection: link.connection,
    maxConcurrent: toBudget(options.budget ?? firstBudget),
    clearDatastore: false,
    heartbeatInterval: 2000,
    timeout: dayMs,
  });
  limiter.on('error', onError);
  const budget = createBudget(limiter);
  try {
    await withDeadline(limiter.ready(), options.readyDeadlineMs ?? 10_000);
    const stored = await link.client.hget(`b_${id}_settings`, 'maxConcurrent');
    await budget.see(stored);
    const keeper = createGateKeeper({
      client: link.client,
      slots: link.slots,
      id,
      refresh: () => limiter.running(),
      onBudget: budget.see,
      onError,
      onRepair: options.onRepair ?? (() => {}),
      reconcileEveryMs: options.reconcileEveryMs ?? 10_000,
    });
    return buildGate({ options, limiter, link, keeper, budget, id });
  } catch (error) {
    await link.connection.disconnect(false);
    throw new GateUnavailable({ cause: error });
  }
}

interface Parts {
  readonly options: GateOptions;
  readonly limiter: Bottleneck;
  readonly link: GateConnection;
  readonly keeper: GateKeeper;
  readonly budget: Budget;
  readonly id: string;
}

function buildGate(parts: Parts): Gate {
  const { limiter, link, id, options, budget } = parts;
  let waiting = 0;
  return {
    run: ({ weight, signal }, work) => {
      waiting += 1;
      return runInSlot(limiter, {
        weight: Math.min(Math.max(Math.ceil(weight), 1), largestWeight),
        expirationMs: options.expirationMs,
        signal,
        work,
        onLeft: () => {
          waiting -= 1;
        },
        onError: options.onError ?? (() => {}),
      });
    },
    setBudget: budget.set,
    budget: budget.last,
    counts: async () => {
      const [settings, jobs] = await Promise.all([
        link.client.hmget(`b_${id}_settings`, 'running', 'maxConcurrent', 'done'),
        link.client.hlen(`b_${id}_job_weights`),
      ]);
      const [running, stored, doneWeight] = settings;
      await budget.see(stored);
      return {
        running: Number(running ?? 0),
        jobs,
        queued: waiting,
        budget: budget.last(),
        doneWeight: Number(doneWeight ?? 0),
      };
    },
    close: () => closeGate(parts),
  };
}

interface Budget {
  last(): number;
  set(budget: number): Promise<void>;
  /** Takes note of what is stored, if anything. A budget too small would block the limiter for ever: it
   *  is replaced. */
  see(stored: string | null | undefined): Promise<void>;
}

function createBudget(limiter: Bottleneck): Budget {
  let last = largestWeight;
  const set = async (budget: number): Promise<void> => {
    const maxConcurrent = toBudget(budget);
    // Bottleneck's types say that this returns at once; it does not.
    await Promise.resolve<unknown>(limiter.updateSettings({ maxConcurrent }));
    last = maxConcurrent;
  };
  return {
    last: () => last,
    set,
    see: async (stored) => {
      if (stored === null || stored === undefined) return;
      if (Number(stored) >= largestWeight) last = Number(stored);
      else await set(largestWeight);
    },
  };
}

async function closeGate({ limiter, link, keeper }: Parts): Promise<void> {
  keeper.stop();
  const stopped = limiter.stop({ dropWaitingJobs: true });
  await withDeadline(stopped, closeDeadlineMs).catch(() => {});
  // The last slots are freed by commands that are still under way; a Redis that is away frees them later.
  await withDeadline(link.connection.disconnect(true), 1000).catch(() => {});
  await link.connection.disconnect(false);
}

/** NaN and everything too small become the largest weight. */
function toBudget(budget: number): number {
  return budget >= largestWeight ? Math.floor(budget) : largestWeight;
}
