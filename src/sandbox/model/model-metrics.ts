// The simulated server's Prometheus metrics, under vLLM's names.

import type { Engine, Timing } from './engine.ts';
import { Histogram, toMetricLines, type Metric } from './prometheus-text.ts';

export type FinishReason = 'stop' | 'length' | 'abort' | 'error';

interface Finished {
  readonly reason: FinishReason;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly maxTokens: number;
  readonly timing: Timing;
}

export interface ModelMetrics {
  onFinished(finished: Finished): void;
  /** A request that ended without an answer. */
  onLost(reason: FinishReason): void;
  /** So many tokens came so long after the ones before them. */
  onSteps(durationMs: number, tokens: number): void;
  text(engine: Engine): string;
}

export interface MetricsOptions {
  readonly model: string;
  /** The names of before version 0.12, without what was not there yet. */
  readonly oldNames?: boolean | undefined;
}

const blockTokens = 16;
const tokenBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160, 640, 2560,
];
const nextTokenBuckets = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const requestBuckets = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const reasons = ['stop', 'length', 'abort', 'error', 'repetition'] as const;

export function createModelMetrics({ model, oldNames = false }: MetricsOptions): ModelMetrics {
  const common = { model_name: model, engine: '0' };
  const histograms = createHistograms();
  const finished = new Map<string, number>(reasons.map((reason) => [reason, 0]));
  const count = (reason: FinishReason): void => {
    finished.set(reason, (finished.get(reason) ?? 0) + 1);
  };
  return {
    onLost: count,
    onFinished: (request) => {
      count(request.reason);
      observeRequest(histograms, request);
    },
    onSteps: (durationMs, tokens) => histograms.nextToken.observe(durationMs / 1000, tokens),
    text: (engine) => {
      const gauges = oldNames ? toOldMetrics(engine) : toMetrics(engine);
      const series = [...finished].map(([reason, value]) => ({
        labels: { finished_reason: reason },
        value,
      }));
      const success: Metric = { name: 'vllm:request_success_total', type: 'counter', series };
      const lines = [...gauges, success].flatMap((metric) => toMetricLines(metric, common));
      const more = Object.values(histograms).flatMap((histogram) => histogram.lines(common));
      return `${[...lines, ...more].join('\n')}\n`;
    },
  };
}

function toMetrics(engine: Engine): Metric[] {
  const waiting = [
    { labels: { reason: 'capacity' }, value: engine.waiting },
    { labels: { reason: 'deferred' }, value: 0 },
  ];
  return [
    ...toCommonMetrics(engine),
    { name: 'vllm:num_requests_waiting_by_reason', type: 'gauge', series: waiting },
    toGauge('vllm:kv_cache_usage_perc', engine.heldTokens / engine.cacheTokens),
    toCounter('vllm:prefix_cache_queries_total', engine.totals.prefixQueries),
    toCounter('vllm:prefix_cache_hits_total', engine.totals.prefixHits),
    toCounter('vllm:prompt_tokens_cached_total', engine.totals.prefixHits),
    toCounter('vllm:mm_cache_queries_total', engine.totals.pictureQueries),
    toCounter('vllm:mm_cache_hits_total', engine.totals.pictureHits),
  ];
}

function toOldMetrics(engine: Engine): Metric[] {
  return [
    ...toCommonMetrics(engine),
    toGauge('vllm:gpu_cache_usage_perc', engine.heldTokens / engine.cacheTokens),
    toCounter('vllm:gpu_prefix_cache_queries_total', engine.totals.prefixQueries),
    toCounter('vllm:gpu_prefix_cache_hits_total', engine.totals.prefixHits),
  ];
}

function toCommonMetrics(engine: Engine): Metric[] {
  const labels = {
    block_size: String(blockTokens),
    num_gpu_blocks: String(engine.cacheTokens / blockTokens),
  };
  return [
    toGauge('vllm:num_requests_running', engine.running),
    toGauge('vllm:num_requests_waiting', engine.waiting),
    { name: 'vllm:cache_config_info', type: 'gauge', series: [{ labels, value: 1 }] },
    toCounter('vllm:num_preemptions_total', engine.totals.preemptions),
    toCounter('vllm:prompt_tokens_total', engine.totals.promptTokens),
    toCounter('vllm:generation_tokens_total', engine.totals.generatedTokens),
  ];
}

function toGauge(name: string, value: number): Metric {
  return { name, type: 'gauge', series: [{ value }] };
}

function toCounter(name: string, value: number): Metric {
  return { name, type: 'counter', series: [{ value }] };
}

type Histograms = ReturnType<typeof createHistograms>;

function createHistograms() {
  return {
    firstToken: new Histogram('vllm:time_to_first_token_seconds', firstTokenBuckets),
    nextToken: new Histogram('vllm:inter_token_latency_seconds', nextTokenBuckets),
    perToken: new Histogram('vllm:request_time_per_output_token_seconds', nextTokenBuckets),
    whole: new Histogram('vllm:e2e_request_latency_seconds', requestBuckets),
    queue: new Histogram('vllm:request_queue_time_seconds', requestBuckets),
    inference: new Histogram('vllm:request_inference_time_seconds', requestBuckets),
    prefill: new Histogram('vllm:request_prefill_time_seconds', requestBuckets),
    decode: new Histogram('vllm:request_decode_time_seconds', requestBuckets),
    promptTokens: new Histogram('vllm:request_prompt_tokens', tokenBuckets),
    generatedTokens: new Histogram('vllm:request_generation_tokens', tokenBuckets),
    maxTokens: new Histogram('vllm:request_params_max_tokens', tokenBuckets),
  };
}

function observeRequest(histograms: Histograms, finished: Finished): void {
  const { renderMs, queuedMs, prefillMs, decodeMs } = finished.timing;
  const firstTokenMs = renderMs + queuedMs + prefillMs;
  histograms.queue.observe(queuedMs / 1000);
  histograms.prefill.observe(prefillMs / 1000);
  histograms.decode.observe(decodeMs / 1000);
  histograms.inference.observe((prefillMs + decodeMs) / 1000);
  histograms.firstToken.observe(firstTokenMs / 1000);
  histograms.whole.observe((firstTokenMs + decodeMs) / 1000);
  histograms.perToken.observe(decodeMs / 1000 / Math.max(1, finished.completionTokens - 1));
  histograms.promptTokens.observe(finished.promptTokens);
  histograms.generatedTokens.observe(finished.completionTokens);
  histograms.maxTokens.observe(finished.maxTokens);
}
