// What is read anew for every scrape. What cannot be read is left out, so that no old value looks like a new one.

import { Counter, Gauge, type Registry } from 'prom-client';
import type { BatchGroup, DiskReading, ServerReading, SurveyReading } from '../batch/readings.ts';
import type { Readings } from './readings.ts';

interface Sample {
  readonly survey: SurveyReading | undefined;
  readonly servers: readonly ServerReading[] | undefined;
  readonly disk: DiskReading | undefined;
  readonly ready: boolean;
  readonly stalled: boolean;
  readonly slackConnected: boolean | undefined;
}

interface Value {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Reading {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Only ever rises, over all processes. */
  readonly isCounter?: boolean;
  values(sample: Sample): readonly Value[];
}

/** Returns how to read all of them. */
export function createGauges(registry: Registry, readings: Readings): () => Promise<void> {
  const shown = all.map((reading) => createShown(registry, reading));
  return async () => {
    const [survey, servers, disk, ready] = await Promise.all([
      readings.survey(),
      readings.servers(),
      readings.disk(),
      readings.ready(),
    ]);
    const stalled = readings.stalled();
    const sample = {
      survey,
      servers,
      disk,
      ready,
      stalled,
      slackConnected: readings.slackConnected?.(),
    };
    for (const show of shown) show(sample);
  };
}

function createShown(registry: Registry, reading: Reading): (sample: Sample) => void {
  const { name, help, labelNames = [], isCounter = false, values } = reading;
  const settings = { name: `darkroom_${name}`, help, labelNames, registers: [registry] };
  const metric = isCounter ? new Counter(settings) : new Gauge(settings);
  return (sample) => {
    metric.reset();
    // Without labels a reset leaves a zero.
    if (labelNames.length === 0) metric.remove();
    for (const { labels = {}, value } of values(sample)) metric.inc(labels, value);
  };
}

const everywhere = 'The same in all processes: take the maximum, not the sum.';

/** A value for each group of batches. */
function forGroups(read: (group: BatchGroup) => number): Pick<Reading, 'labelNames' | 'values'> {
  return {
    labelNames: ['state', 'reason'],
    values: ({ survey }) =>
      (survey?.groups ?? []).map((group) => ({
        labels: { state: group.state, reason: group.reason },
        value: read(group),
      })),
  };
}

/** The results that wait to be posted. */
function forFinishing(read: (group: BatchGroup) => number): Pick<Reading, 'values'> {
  return forSurvey(({ groups }) => {
    const finishing = groups.find(({ state }) => state === 'finishing');
    return finishing === undefined ? 0 : read(finishing);
  });
}

function forSurvey(read: (survey: SurveyReading) => number): Pick<Reading, 'values'> {
  return { values: ({ survey }) => toValues(survey, read) };
}

function forDisk(read: (disk: DiskReading) => number): Pick<Reading, 'values'> {
  return { values: ({ disk }) => toValues(disk, read) };
}

/** A value for each model server. */
function forServers(
  read: (server: ServerReading) => number,
): Pick<Reading, 'labelNames' | 'values'> {
  return {
    labelNames: ['endpoint'],
    values: ({ servers }) =>
      (servers ?? []).map((server) => ({
        labels: { endpoint: server.endpoint },
        value: read(server),
      })),
  };
}

function toValues<T>(read: T | undefined, toNumber: (read: T) => number): readonly Value[] {
  return read === undefined ? [] : [{ value: toNumber(read) }];
}

const all: readonly Reading[] = [
  {
    name: 'ready',
    help: '1 while this process has what it needs (Redis takes its writes, the clocks agree, Slack is connected); /readyz says what is missing.',
    values: ({ ready }) => [{ value: Number(ready) }],
  },
  {
    name: 'stalled',
    help: '1 while the watchdog finds that this process hangs; /healthz says what stands still.',
    values: ({ stalled }) => [{ value: Number(stalled) }],
  },
  {
    name: 'slack_connected',
    help: '1 while events of Slack can reach this process. Absent where it holds no conversation.',
    values: ({ slackConnected }) => toValues(slackConnected, Number),
  },
  {
    name: 'batches',
    help: `Batches that have not ended, by state and by what they are paused for. ${everywhere}`,
    ...forGroups(({ batches }) => batches),
  },
  {
    name: 'pending_rows',
    help: `Rows without an outcome that no worker has, by state of their batch. ${everywhere}`,
    ...forGroups(({ pendingRows }) => pendingRows),
  },
  {
    name: 'leased_rows',
    help: `Rows without an outcome that workers have, by state of their batch. ${everywhere}`,
    ...forGroups(({ leasedRows }) => leasedRows),
  },
  {
    name: 'oldest_pending_seconds',
    help: `Time since the start of the oldest batch with rows that no worker has; of one that is read or finished, since it was dropped or its last row ended. ${everywhere}`,
    ...forGroups(({ longestWaitSeconds }) => longestWaitSeconds),
  },
  {
    name: 'undelivered_results',
    help: `Batches whose rows are all done and whose results are not posted yet. ${everywhere}`,
    ...forFinishing(({ batches }) => batches),
  },
  {
    name: 'oldest_undelivered_seconds',
    help: `Time since the last row of the batch whose results have waited longest to be posted; 0 where none wait. ${everywhere}`,
    ...forFinishing(({ longestWaitSeconds }) => longestWaitSeconds),
  },
  {
    name: 'leases_expired_total',
    help: `Chunks of rows that were taken back from workers that had died or stood still. ${everywhere}`,
    isCounter: true,
    ...forSurvey(({ leasesExpired }) => leasesExpired),
  },
  {
    name: 'rows_cancelled_total',
    help: `Rows whose batch was stopped or declined before they had an outcome. ${everywhere}`,
    isCounter: true,
    ...forSurvey(({ rowsCancelled }) => rowsCancelled),
  },
  {
    name: 'failed_checks_total',
    help: `Batches whose rows did not add up when they were to be finished, so that they were counted anew and those that were missing ran again. ${everywhere}`,
    isCounter: true,
    ...forSurvey(({ failedChecks }) => failedChecks),
  },
  {
    name: 'redis_up',
    help: '1 while Redis answers this process in time.',
    values: ({ survey }) => [{ value: Number(survey !== undefined) }],
  },
  {
    name: 'redis_used_bytes',
    help: `Memory that Redis uses (used_memory). ${everywhere}`,
    ...forSurvey(({ memory }) => memory.usedBytes),
  },
  {
    name: 'redis_max_bytes',
    help: `Memory that Redis may use (maxmemory); 0 without a limit. ${everywhere}`,
    ...forSurvey(({ memory }) => memory.maxBytes),
  },
  {
    name: 'model_server_open',
    help: '1 while this process may send rows to the model server; 0 while it is left alone (the breaker is open) until it answers again. While none is open batches are paused.',
    ...forServers(({ open }) => Number(open)),
  },
  {
    name: 'gate_in_flight_weight',
    help: `Weight of the requests that are in flight at the model server; a row with one picture weighs 1 or 2. ${everywhere}`,
    ...forServers(({ gate }) => gate.inFlight),
  },
  {
    name: 'gate_in_flight_requests',
    help: `Requests that are in flight at the model server. ${everywhere}`,
    ...forServers(({ gate }) => gate.requests),
  },
  {
    name: 'gate_budget_weight',
    help: `Weight that may be in flight at the model server. ${everywhere}`,
    ...forServers(({ gate }) => gate.budget),
  },
  {
    name: 'gate_waiting_rows',
    help: 'Rows of this process that have their turn and wait for room at the model server.',
    ...forServers(({ gate }) => gate.queued),
  },
  {
    name: 'spool_bytes',
    help: "Dropped files that are kept in this process's DATA_DIR while their batches need them.",
    ...forDisk(({ spoolBytes }) => spoolBytes),
  },
  {
    name: 'data_free_bytes',
    help: "Room that is left on the disk of this process's DATA_DIR.",
    ...forDisk(({ freeBytes }) => freeBytes),
  },
];
