// The coarse steps of a batch (read its file, finish it) as durable jobs: each runs at least once, is taken
// over when its process dies, and is tried again for as long as it fails.

import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { toError } from '../errors.ts';
import type { Announcements } from './announcements.ts';
import { activeStates } from './batches.ts';
import { closeConnection, type RedisConnections } from './create-redis.ts';
import { redisOptions } from './redis-options.ts';
import { readScript } from './script.ts';
import {
  createStepWorker,
  type StepData,
  type StepHandler,
  type StepName,
  type StepTrouble,
  type StepWorker,
} from './step-worker.ts';
import type { Store } from './store.ts';
import { withDeadline } from './with-deadline.ts';

const sweepEveryMs = 5000;
const keepActive = readScript('keep-active', z.number());

export interface StepsOptions {
  readonly redis: RedisConnections;
  readonly store: Store;
  readonly announcements: Announcements;
  /** A step failed and will run again, or its queue is in trouble. */
  readonly onError?: (error: Error, trouble: StepTrouble) => void;
}

export interface Steps {
  /** Nothing happens where the step is waiting or under way already. */
  enqueue(step: StepName, batchId: string): Promise<void>;
  /** This process runs the step from now on. A handler that rejects is called again after 1 to 30 s; its
   *  signal is aborted when another process may have taken over. */
  work(step: StepName, handler: StepHandler): void;
  /** Enqueues the step that each batch in reading or finishing is due for, and keeps those that wait from running
   *  out of time in Redis. Happens by itself every 5 s, and when such a state is announced, in processes that
   *  work. */
  sweep(): Promise<void>;
  /** Steps that are due and that no process has taken. Waits while Redis is away. */
  waiting(): Promise<number>;
  /** Aborts what runs and waits for it at most `graceMs` (default 5000); it will run again. */
  close(graceMs?: number): Promise<void>;
}

type StepQueue = Queue<StepData, void, StepName>;

export function createSteps(options: StepsOptions): Steps {
  const { redis, store, announcements, onError = () => {} } = options;
  const connection = new Redis(redis.url, { ...redisOptions, connectionName: 'darkroom-steps' });
  connection.on('error', () => {});
  const prefix = `${store.keys.prefix}:steps`;
  const queues = {
    read: createQueue('read', { connection, prefix, onError }),
    finish: createQueue('finish', { connection, prefix, onError }),
    'so-far': createQueue('so-far', { connection, prefix, onError }),
  };
  const workers: StepWorker[] = [];
  const enqueue = (step: StepName, batchId: string) => addStep(queues[step], step, batchId);
  const sweep = async (): Promise<void> => {
    await store.run(keepActive);
    for (const { id, state } of await activeStates(store)) {
      const step = stepOf(state);
      if (step !== undefined) await enqueue(step, id);
    }
  };
  let stopWatching: (() => void) | undefined;
  return {
    enqueue,
    work: (step, handler) => {
      if (workers.length === 0) {
        const report = (error: unknown): void => onError(toError(error), {});
        stopWatching = watchDue(announcements, {
          enqueue: (due, batchId) => void enqueue(due, batchId).catch(report),
          sweep: () => void sweep().catch(report),
        });
      }
      workers.push(createStepWorker({ step, handler, connection, prefix, onError }));
    },
    sweep,
    waiting: async () => {
      const counts = Object.values(queues).map((queue) => queue.getWaitingCount());
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
    close: async (graceMs = 5000) => {
      stopWatching?.();
      for (const worker of workers) worker.cancelAllJobs('the process ends');
      const ends = [...workers, ...Object.values(queues)].map((each) => each.close());
      await withDeadline(Promise.all(ends), graceMs).catch(() => {});
      await closeConnection(connection);
    },
  };
}

function createQueue(
  step: StepName,
  link: Required<Pick<StepsOptions, 'onError'>> & { connection: Redis; prefix: string },
): StepQueue {
  const queue: StepQueue = new Queue(step, { connection: link.connection, prefix: link.prefix });
  queue.on('error', (error) => link.onError(error, { step }));
  return queue;
}

async function addStep(queue: StepQueue, step: StepName, batchId: string): Promise<void> {
  await queue.add(
    step,
    { batchId },
    {
      // A job with a known id is not added again: a batch has each step once at a time.
      jobId: `${step}-${batchId}`,
      attempts: 1_000_000,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      removeOnFail: true,
    },
  );
}

interface Due {
  enqueue(step: StepName, batchId: string): void;
  sweep(): void;
}

/** Returns how to stop. */
function watchDue(announcements: Announcements, due: Due): () => void {
  let stopped = false;
  const listening = announcements.on('due', (text) => {
    const [step, batchId] = text.split(':');
    if (stopped || batchId === undefined) return;
    if (step === 'read' || step === 'finish') due.enqueue(step, batchId);
  });
  const sweep = (): void => {
    if (!stopped) due.sweep();
  };
  void listening.then(sweep);
  const timer = setInterval(sweep, sweepEveryMs).unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

function stepOf(state: string): StepName | undefined {
  if (state === 'reading') return 'read';
  return state === 'finishing' ? 'finish' : undefined;
}
