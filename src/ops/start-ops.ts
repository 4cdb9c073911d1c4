// Health, metrics and the watchdog of one process.

import type { Log } from '../logger.ts';
import type { Metrics } from './metrics.ts';
import { startOpsServer } from './ops-server.ts';
import { createReadiness } from './readiness.ts';
import {
  sparedDiskBytes,
  type DiskReading,
  type ServerReading,
  type SurveyReading,
} from '../batch/readings.ts';
import type { RowActivity } from './row-activity.ts';
import { toTimely } from './timely.ts';
import { startWatchdog, type Watched, type WatchdogOptions } from './watchdog.ts';
import { toWatchedRows } from './watched-rows.ts';
import { toWatchedSteps, type StepActivity } from './watched-steps.ts';

export interface OpsOptions extends Pick<WatchdogOptions, 'lookEveryMs' | 'patienceMs'> {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** What keeps Redis from serving, a line each; never rejects, and answers within about 2 s. */
  findRedisProblems(): Promise<readonly string[]>;
  /** These three may reject or hang while something is away. */
  survey(): Promise<SurveyReading>;
  servers(): Promise<readonly ServerReading[]>;
  disk(): Promise<DiskReading>;
  /** Absent in a process that holds no conversation. */
  readonly slackConnected?: (() => boolean) | undefined;
  /** Absent in a process that runs no rows. */
  readonly rows?: RowsWatched | undefined;
  /** Absent in a process that runs no steps. */
  readonly steps?: StepsWatched | undefined;
  /** Called once when this process hangs and nobody has restarted it: it should end. */
  onGivenUp?(trouble: string): void;
}

export interface RowsWatched {
  readonly activity: RowActivity;
  readonly requestTimeoutMs: number;
  /** See watched-rows.ts. */
  readonly stallMs?: number;
}

export interface StepsWatched {
  readonly activity: StepActivity;
  waiting(): Promise<number>;
}

/** Far less than Prometheus' own patience of 10 s. */
const readDeadlineMs = 2500;

/** Rejects when the address is taken. */
export async function startOps(
  options: OpsOptions,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const { host, port, metrics, slackConnected } = options;
  await using stack = new AsyncDisposableStack();
  const readiness = stack.use(createReadiness(options));
  const readings = {
    survey: toTimely(options.survey, readDeadlineMs),
    servers: toTimely(options.servers, readDeadlineMs),
    disk: toTimely(options.disk, readDeadlineMs),
  };
  const watchdog = stack.use(
    startWatchdog({
      ...options,
      watched: toWatched(options, readings),
      isServed: async () => (await options.findRedisProblems()).length === 0,
    }),
  );
  if (options.rows !== undefined) metrics.expectRows();
  const exposed = metrics.expose({
    ...readings,
    ready: async () => (await readiness.findProblems()).length === 0,
    stalled: () => watchdog.problems().length > 0,
    slackConnected,
  });
  const server = stack.use(
    await startOpsServer({
      host,
      port,
      metrics: exposed,
      findStalls: watchdog.problems,
      findProblems: readiness.findProblems,
      findNotes: async () => [
        ...((await readings.servers()) ?? []).map(toNote),
        ...toDiskNotes(await readings.disk()),
      ],
    }),
  );
  const started = stack.move();
  return { port: server.port, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

interface Timely {
  survey(): Promise<SurveyReading | undefined>;
  servers(): Promise<readonly ServerReading[] | undefined>;
}

function toWatched({ rows, steps }: OpsOptions, timely: Timely): readonly Watched[] {
  return [
    ...(rows === undefined ? [] : toWatchedRows({ ...rows, ...timely })),
    ...(steps === undefined
      ? []
      : [toWatchedSteps(steps.activity, toTimely(steps.waiting, readDeadlineMs))]),
  ];
}

/** The rows go on without a disk. */
function toDiskNotes(disk: DiskReading | undefined): string[] {
  if (disk === undefined || disk.freeBytes >= sparedDiskBytes) return [];
  const left = Math.floor(disk.freeBytes / 1_000_000);
  return [`the disk of DATA_DIR has ${left} MB left: it takes no new batch, and results may wait`];
}

/** A server that is away is no reason to restart this process. */
function toNote({ endpoint, open, gate }: ServerReading): string {
  const { inFlight, budget } = gate;
  return `${endpoint}: ${open ? 'open' : 'closed'}, ${inFlight} of ${budget} in flight`;
}
