// The simulated server's Prometheus metrics, under vLLM's names.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine, Timing } from './engine.ts';

export type FinishReason = 'stop' | 'length' | 'abort' | 'error';

interface Finished {
  readonly reason: FinishReason;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly maxTokens: number;
  readonly timing: Timing;
}

export interface ModelMetrics {
  onPictureLookup(hit: boolean): void;
  onFinished(finished: Finished): void;
  /** A request that ended without an answer. */
  onLost(reason: FinishReason): void;
  text(): Promise<string>;
  /** Share of the cache that running requests hold, 0 to 1. */
  cacheUsage(): number;
}

const blockTokens = 16;
const cacheBlocks = 8192;
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

const counters = {
  preemptions: 'vllm:num_preemptions_total',
  prefixQueries: 'vllm:prefix_cache_queries_total',
  prefixHits: 'vllm:prefix_cache_hits_total',
  pictureQueries: 'vllm:mm_cache_queries_total',
  pictureHits: 'vllm:mm_cache_hits_total',
  promptTokens: 'vllm:prompt_tokens_total',
  cachedTokens: 'vllm:prompt_tokens_cached_total',
  generatedTokens: 'vllm:generation_tokens_total',
} as const;

const histograms = {
  firstToken: ['vllm:time_to_first_token_seconds', firstTokenBuckets],
  nextToken: ['vllm:inter_token_latency_seconds', nextTokenBuckets],
  perToken: ['vllm:request_time_per_output_token_seconds', nextTokenBuckets],
  whole: ['vllm:e2e_request_latency_seconds', requestBuckets],
  queue: ['vllm:request_queue_time_seconds', requestBuckets],
  inference: ['vllm:request_inference_time_seconds', requestBuckets],
  prefill: ['vllm:request_prefill_time_seconds', requestBuckets],
  decode: ['vllm:request_decode_time_seconds', requestBuckets],
  promptTokens: ['vllm:request_prompt_tokens', tokenBuckets],
  generatedTokens: ['vllm:request_generation_tokens', tokenBuckets],
  maxTokens: ['vllm:request_params_max_tokens', tokenBuckets],
} as const satisfies Record<string, readonly [string, number[]]>;

type CounterName = keyof typeof counters;
type HistogramName = keyof typeof histograms;

export function createModelMetrics(model: string, engine: Engine): ModelMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ model_name: model, engine: '0' });
  const cacheUsage = (): number => engine.heldTokens / (cacheBlocks * blockTokens);
  addGauges(registry, engine, cacheUsage);
  const add = createAdder(registry);
  const observe = createObserver(registry);
  const success = new Counter({
    name: 'vllm:request_success_total',
    help: 'Count of finished requests.',
    labelNames: ['finished_reason'],
    registers: [registry],
  });
  for (const reason of ['stop', 'length', 'abort', 'error', 'repetition']) {
    success.inc({ finished_reason: reason }, 0);
  }
  return {
    cacheUsage,
    text: () => registry.metrics(),
    onPictureLookup: (hit) => {
      add('pictureQueries', 1);
      if (hit) add('pictureHits', 1);
    },
    onLost: (reason) => success.inc({ finished_reason: reason }),
    onFinished: (finished) => {
      success.inc({ finished_reason: finished.reason });
      add('prefixQueries', finished.promptTokens);
      add('promptTokens', finished.promptTokens);
      add('generatedTokens', finished.completionTokens);
      observeTimes(observe, finished);
    },
  };
}

function observeTimes(
  observe: (name: HistogramName, value: number) => void,
  finished: Finished,
): void {
  const { queuedMs, prefillMs, decodeMs } = finished.timing;
  const perToken = decodeMs / 1000 / Math.max(1, finished.completionTokens - 1);
  observe('queue', queuedMs / 1000);
  observe('prefill', prefillMs / 1000);
  observe('decode', decodeMs / 1000);
  observe('inference', (prefillMs + decodeMs) / 1000);
  observe('firstToken', (queuedMs + prefillMs) / 1000);
  observe('whole', (queuedMs + prefillMs + decodeMs) / 1000);
  observe('perToken', perToken);
  for (let token = 1; token < finished.completionTokens; token += 1) observe('nextToken', perToken);
  observe('promptTokens', finished.promptTokens);
  observe('generatedTokens', finished.completionTokens);
  observe('maxTokens', finished.maxTokens);
}

function addGauges(registry: Registry, engine: Engine, cacheUsage: () => number): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    const created: Gauge = new Gauge({
      name,
      help,
      registers,
      collect: () => created.set(read()),
    });
  };
  gauge('vllm:num_requests_running', 'Number of requests being run.', () => engine.running);
  gauge('vllm:num_requests_waiting', 'Number of requests waiting.', () => engine.waiting);
  gauge('vllm:kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent.', cacheUsage);
  const byReason: Gauge<'reason'> = new Gauge({
    name: 'vllm:num_requests_waiting_by_reason',
    help: 'Number of requests waiting, by reason.',
    labelNames: ['reason'],
    registers,
    collect: () => {
      byReason.set({ reason: 'capacity' }, engine.waiting);
      byReason.set({ reason: 'deferred' }, 0);
    },
  });
  const cache = new Gauge({
    name: 'vllm:cache_config_info',
    help: 'Information of the cache configuration.',
    labelNames: ['block_size', 'num_gpu_blocks'],
    registers,
  });
  cache.set({ block_size: String(blockTokens), num_gpu_blocks: String(cacheBlocks) }, 1);
}

function createAdder(registry: Registry): (name: CounterName, value: number) => void {
  const made = Object.entries(counters).map(
    ([key, name]) => [key, new Counter({ name, help: name, registers: [registry] })] as const,
  );
  const byKey = new Map<string, Counter>(made);
  return (name, value) => byKey.get(name)?.inc(value);
}

function createObserver(registry: Registry): (name: HistogramName, value: number) => void {
  const made = Object.entries(histograms).map(([key, [name, buckets]]) => {
    const options = { name, help: name, buckets: [...buckets], registers: [registry] };
    return [key, new Histogram(options)] as const;
  });
  const byKey = new Map<string, Histogram>(made);
  return (name, value) => byKey.get(name)?.observe(value);
}
