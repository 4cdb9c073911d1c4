// What Darkroom measures of itself, for Prometheus.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { WorkedOutcome } from '../batch/row.ts';

/** Read when somebody asks for the metrics. A value that cannot be had is left out. */
export interface Readings {
  /** The model servers that this process asks. */
  servers(): Promise<readonly ServerReading[]>;
  /** Absent in a process that holds no conversation. */
  readonly slackConnected?: (() => boolean) | undefined;
}

export interface ServerReading {
  /** Its host and port. */
  readonly endpoint: string;
  readonly open: boolean;
  /** Weight in flight and waiting at this process's gate, and the budget that all processes share. */
  readonly gate: { readonly inFlight: number; readonly queued: number; readonly budget: number };
}

export interface Metrics {
  /** A row's outcome that this process recorded. */
  onOutcome(outcome: WorkedOutcome): void;
  /** The metrics in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(readings: Readings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const rows = new Counter({
    name: 'darkroom_rows_total',
    help: 'Rows with an outcome recorded by this process, by outcome and error code.',
    labelNames: ['outcome', 'code'],
    registers,
  });
  const tokens = new Counter({
    name: 'darkroom_tokens_total',
    help: 'Tokens of recorded answers, as the model server counted them.',
    labelNames: ['kind'],
    registers,
  });
  const seconds = new Histogram({
    name: 'darkroom_model_request_seconds',
    help: 'Time of model requests whose answer was recorded.',
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120],
    registers,
  });
  const cacheHits = new Counter({
    name: 'darkroom_cache_hits_total',
    help: 'Rows whose answer was there already, so that the model was not asked.',
    registers,
  });
  for (const gauge of createGauges(readings)) registry.registerMetric(gauge);

  return {
    onOutcome(outcome) {
      const code = outcome.status === 'failed' ? outcome.fault.code : '';
      rows.inc({ outcome: outcome.status, code });
      if (outcome.status !== 'done') return;
      if (outcome.cached) {
        cacheHits.inc();
        return;
      }
      tokens.inc({ kind: 'prompt' }, outcome.usage.promptTokens);
      tokens.inc({ kind: 'completion' }, outcome.usage.completionTokens);
      seconds.observe(outcome.modelSeconds);
    },
    text: async () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function createGauges({ servers, slackConnected }: Readings): Gauge[] {
  const registers: Registry[] = [];
  const read = async (): Promise<readonly ServerReading[]> => servers().catch(() => []);
  const gauges = [
    new Gauge({
      name: 'darkroom_model_server_open',
      help: '1 while the model server is thought to answer; while none is open batches are paused.',
      labelNames: ['endpoint'],
      registers,
      async collect() {
        this.reset();
        for (const { endpoint, open } of await read()) this.set({ endpoint }, Number(open));
      },
    }),
    new Gauge({
      name: 'darkroom_gate_weight',
      help: 'Weight at a gate: in flight over all processes, waiting in this process, and the budget.',
      labelNames: ['endpoint', 'kind'],
      registers,
      async collect() {
        this.reset();
        for (const { endpoint, gate } of await read()) {
          for (const [kind, value] of Object.entries(gate)) this.set({ endpoint, kind }, value);
        }
      },
    }),
  ];
  return slackConnected === undefined
    ? gauges
    : [...gauges, createSlackGauge(slackConnected, registers)];
}

function createSlackGauge(slackConnected: () => boolean, registers: Registry[]): Gauge {
  return new Gauge({
    name: 'darkroom_slack_connected',
    help: '1 while Slack can reach this process.',
    registers,
    collect() {
      this.set(Number(slackConnected()));
    },
  });
}
