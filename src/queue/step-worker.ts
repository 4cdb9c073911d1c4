// One process's share of a step: takes due jobs, keeps its right to them, tries again what fails.

import { Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';

/** so-far: gives a thread the results of a batch that waits. */
export type StepName = 'read' | 'finish' | 'so-far';
export type StepHandler = (batchId: string, signal: AbortSignal) => Promise<void>;

export interface StepData {
  readonly batchId: string;
}

export interface StepTrouble {
  readonly step?: StepName;
  readonly batchId?: string;
}

export interface StepWorkerOptions {
  readonly step: StepName;
  readonly handler: StepHandler;
  readonly connection: Redis;
  readonly prefix: string;
  readonly onError: (error: Error, trouble: StepTrouble) => void;
}

export type StepWorker = Worker<StepData, void>;

/** A killed process's step is taken over within lock and check together, about ten seconds. */
const lockMs = 8000;
const stalledCheckMs = 2000;
const firstRetryMs = 1000;
const longestRetryMs = 30_000;
/** Steps of different batches at a time: they wait for files far more than they compute. */
const stepsAtOnce = 4;

export function createStepWorker(options: StepWorkerOptions): StepWorker {
  const { step, handler, connection, prefix, onError } = options;
  const run = (job: Job<StepData>, _token?: string, signal?: AbortSignal): Promise<void> =>
    handler(job.data.batchId, signal ?? new AbortController().signal);
  const worker: StepWorker = new Worker(step, run, {
    connection,
    prefix,
    concurrency: stepsAtOnce,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    // A crash is not the step's fault.
    maxStalledCount: 1000,
    settings: { backoffStrategy: toBackoffMs },
  });
  worker.on('error', (error) => onError(error, { step }));
  worker.on('failed', (job, error) => {
    onError(error, job === undefined ? { step } : { step, batchId: job.data.batchId });
  });
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'another process may have taken it over');
  });
  return worker;
}

function toBackoffMs(attempt: number): number {
  return Math.min(firstRetryMs * 2 ** Math.min(attempt - 1, 10), longestRetryMs);
}
