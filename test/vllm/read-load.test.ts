import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startModelServer } from '../../src/sandbox/model/model-server.ts';
import { createLoadReader, parseLoad, type LoadReader } from '../../src/vllm/read-load.ts';
import { startRawServer } from './raw-server.ts';

const never = new AbortController().signal;

const newNames = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="Qwen/Qwen3-VL-4B"} 12.0
vllm:num_requests_waiting{engine="0",model_name="Qwen/Qwen3-VL-4B"} 3.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="Qwen/Qwen3-VL-4B",reason="capacity"} 3.0
vllm:kv_cache_usage_perc{engine="0",model_name="Qwen/Qwen3-VL-4B"} 0.8125
vllm:num_preemptions_total{engine="0",model_name="Qwen/Qwen3-VL-4B"} 2.0
vllm:num_preemptions_created{engine="0",model_name="Qwen/Qwen3-VL-4B"} 1.7e+09
vllm:prompt_tokens_total{engine="0",model_name="Qwen/Qwen3-VL-4B"} 1.5e+06
vllm:prompt_tokens_cached_total{engine="0",model_name="Qwen/Qwen3-VL-4B"} 999.0
vllm:generation_tokens_total{engine="0",model_name="Qwen/Qwen3-VL-4B"} 20000.0
`;

describe('the load that a server tells', () => {
  it('is read by its present names', () => {
    expect(parseLoad(newNames)).toEqual({
      running: 12,
      waiting: 3,
      kvUse: 0.8125,
      preemptions: 2,
      tokens: 1_520_000,
    });
  });

  it('is read by the name that the KV cache had before', () => {
    const old = newNames.replace('vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc');
    expect(parseLoad(old)?.kvUse).toBe(0.8125);
    expect(parseLoad(`${newNames}vllm:gpu_cache_usage_perc{} 0.5\n`)?.kvUse).toBe(0.8125);
  });

  it('is the sum of several engines, and of their caches the fullest', () => {
    const second = newNames.replaceAll('engine="0"', 'engine="1"').replace('0.8125', '0.25');
    expect(parseLoad(newNames + second)).toMatchObject({ running: 24, waiting: 6, kvUse: 0.8125 });
  });

  it('is found where labels hold braces, spaces and quotes, and a time follows', () => {
    const text = String.raw`vllm:num_requests_running{model_name="a} b\" 7"} 5 1700000000000
vllm:num_requests_waiting 0
`;
    expect(parseLoad(text)).toEqual({
      running: 5,
      waiting: 0,
      kvUse: 0,
      preemptions: 0,
      tokens: 0,
    });
  });

  it.each([
    ['another program', 'process_cpu_seconds_total 12\n'],
    ['no text', ''],
    ['no numbers', 'vllm:num_requests_running{} NaN\nvllm:num_requests_waiting{} +Inf\n'],
    ['only one of them', 'vllm:num_requests_running{} 3\n'],
    ['a web page', '<html>vllm:num_requests_running 3</html>'],
  ])('is not known from %s', (_what, text) => {
    expect(parseLoad(text)).toBeUndefined();
  });

  it('is whole and finite, or not known, whatever the text is', () => {
    const names = fc.constantFrom(
      'num_requests_running',
      'num_requests_waiting',
      'kv_cache_usage_perc',
    );
    const line = fc.tuple(names, fc.string(), fc.oneof(fc.double(), fc.string()));
    const lines = fc.array(line.map(([name, labels, value]) => `vllm:${name}{${labels}} ${value}`));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          lines.map((all) => all.join('\n')),
        ),
        (text) => {
          for (const value of Object.values(parseLoad(text) ?? {})) {
            expect(Number.isFinite(value)).toBe(true);
            expect(value).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

function open(url: string, timeoutMs = 5000): LoadReader {
  const reader = createLoadReader({ url, timeoutMs });
  onTestFinished(() => reader.close());
  return reader;
}

describe('reading it', () => {
  it('works with the simulated server, whose base address ends in /v1', async () => {
    const server = await startModelServer();
    onTestFinished(() => server.close());
    const load = await open(`${server.url}/v1`).read(never);
    expect(load).toEqual({ running: 0, waiting: 0, kvUse: 0, preemptions: 0, tokens: 0 });
  });

  it.each([
    ['has no such page', 404],
    ['wants a key', 401],
    ['is out of order', 500],
  ])('gives nothing where the server %s', async (_what, status) => {
    await using server = await startRawServer((_request, response) => {
      response.writeHead(status).end(newNames);
    });
    expect(await open(server.url).read(never)).toBeUndefined();
  });

  it('gives nothing where the server is away, is silent, or says too much', async () => {
    expect(await open('http://127.0.0.1:1').read(never)).toBeUndefined();
    await using silent = await startRawServer(() => {});
    expect(await open(silent.url, 50).read(never)).toBeUndefined();
    await using long = await startRawServer((_request, response) => {
      response.end(newNames + '#'.repeat(1_100_000));
    });
    expect(await open(long.url).read(never)).toBeUndefined();
  });

  it('is broken off with its signal', async () => {
    await using silent = await startRawServer(() => {});
    const stopping = new AbortController();
    const reading = open(silent.url).read(stopping.signal);
    const reason = new Error('stop');
    stopping.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});
