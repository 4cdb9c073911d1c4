// What a model server says of its own load: GET /metrics, in vLLM's names, old and new.

import type { ServerLoad } from '../batch/server-load.ts';
import { exchange } from './ask-server.ts';
import { createServerHttp, type ServerAddress } from './server-http.ts';

export interface LoadReader {
  /** Undefined where the server shows no such metrics, or not in time. Rejects only with the signal's reason. */
  read(signal: AbortSignal): Promise<ServerLoad | undefined>;
  close(): Promise<void>;
}

export interface LoadReaderOptions extends ServerAddress {
  /** Default 800. */
  readonly timeoutMs?: number;
}

export function createLoadReader(options: LoadReaderOptions): LoadReader {
  const { timeoutMs = 800 } = options;
  const http = createServerHttp(options);
  return {
    read: async (signal) => {
      const end = await exchange(http, { method: 'GET', path: '/metrics' }, { signal, timeoutMs });
      return 'status' in end && end.status === 200 ? parseLoad(end.body) : undefined;
    },
    close: () => http.close(),
  };
}

/** Undefined for a text that does not tell both what runs and what waits. */
export function parseLoad(text: string): ServerLoad | undefined {
  const values = parseMetrics(text);
  const sum = (name: string): number | undefined =>
    values.get(name)?.reduce((total, value) => total + value, 0);
  const [running, waiting] = [sum('num_requests_running'), sum('num_requests_waiting')];
  if (running === undefined || waiting === undefined) return undefined;
  // Renamed in vLLM 0.9.2; in between both were there.
  const kvUse = values.get('kv_cache_usage_perc') ?? values.get('gpu_cache_usage_perc') ?? [0];
  return {
    running,
    waiting,
    kvUse: Math.max(...kvUse),
    preemptions: sum('num_preemptions_total') ?? 0,
    tokens: (sum('prompt_tokens_total') ?? 0) + (sum('generation_tokens_total') ?? 0),
  };
}

const wanted = new Set([
  'num_requests_running',
  'num_requests_waiting',
  'kv_cache_usage_perc',
  'gpu_cache_usage_perc',
  'num_preemptions_total',
  'prompt_tokens_total',
  'generation_tokens_total',
]);

/** The values of each wanted metric: one for every engine and model. */
function parseMetrics(text: string): Map<string, number[]> {
  const values = new Map<string, number[]>();
  // Without a backtracking part: the labels may hold anything, and the value is what follows the last brace.
  for (const [, name = '', rest = ''] of text.matchAll(/^vllm:(\w+)([ {].*)$/gm)) {
    if (!wanted.has(name)) continue;
    const [shown = ''] = rest
      .slice(rest.lastIndexOf('}') + 1)
      .trim()
      .split(' ');
    const value = Number(shown);
    if (shown === '' || !Number.isFinite(value) || value < 0) continue;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}
