import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  buildBody,
  complete,
  postChat,
  serverForTest,
  toImagePart,
  toImageUrl,
} from './chat-client.ts';

describe('the model server', () => {
  it('says what it serves, how long a prompt may be, and that it is simulated', async () => {
    const server = await serverForTest({ model: 'qwen3-vl', maxModelLen: 4096 });
    const models = await (await fetch(`${server.url}/v1/models`)).json();
    expect(models).toMatchObject({ data: [{ id: 'qwen3-vl', max_model_len: 4096 }] });
    const version = await (await fetch(`${server.url}/version`)).json();
    expect(version).toEqual({ version: expect.stringContaining('simulated') });
  });

  it.each(['GET /health', 'GET /ping', 'POST /ping'])('answers %s with nothing', async (line) => {
    const server = await serverForTest();
    const [method = '', path = ''] = line.split(' ');
    const response = await fetch(server.url + path, { method });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('counts the tokens of a prompt as a completion does', async () => {
    const server = await serverForTest();
    const body = buildBody('row', [toImagePart(await toImageUrl({ width: 640, height: 480 }))]);
    const { usage } = await complete(server, body);
    const response = await fetch(`${server.url}/tokenize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(await response.json()).toMatchObject({
      count: usage.prompt_tokens,
      max_model_len: 8192,
    });
  });

  it('runs at most so many at once in the steady profile, and answers each its own', async () => {
    const server = await serverForTest({ profile: 'steady', times: { imageMs: 1, tokenMs: 0.1 } });
    server.faults.next({ hang: true, matching: 'stuck' }, Infinity);
    const abort = new AbortController();
    const stuck = Array.from({ length: 16 }, () =>
      postChat(server, buildBody('stuck'), { signal: abort.signal }).catch(() => {}),
    );
    await vi.waitUntil(() => server.running() === 16);
    const rows = Array.from({ length: 20 }, (_row, n) => complete(server, buildBody(`row ${n}`)));
    await vi.waitUntil(() => server.waiting() === 20);
    expect(server.running()).toBe(16);
    expect(server.peakInFlight()).toBe(36);
    abort.abort();
    await Promise.all(stuck);
    const answers = await Promise.all(rows);
    expect(answers.every(({ content }, n) => content.includes(` · row ${n} · `))).toBe(true);
    expect([server.running(), server.waiting()]).toEqual([0, 0]);
  });

  it('shows in its metrics what runs, waits and was done', async () => {
    const server = await serverForTest({ times: { maxRunning: 1 } });
    server.faults.next({ hang: true, matching: 'stuck' }, 2);
    const abort = new AbortController();
    const stuck = [1, 2].map(() =>
      postChat(server, buildBody('stuck'), { signal: abort.signal }).catch(() => {}),
    );
    await vi.waitUntil(() => server.waiting() === 1);
    const busy = await readMetrics(server.url);
    expect(busy('vllm:num_requests_running')).toBe(1);
    expect(busy('vllm:num_requests_waiting')).toBe(1);
    expect(busy('vllm:num_requests_waiting_by_reason', 'reason="capacity"')).toBe(1);
    expect(busy('vllm:kv_cache_usage_perc')).toBeGreaterThan(0);
    abort.abort();
    await Promise.all(stuck);

    const part = toImagePart(await toImageUrl());
    const one = await complete(server, buildBody('one', [part]));
    const two = await complete(server, buildBody('two', [part], { max_tokens: 3 }));
    const done = await readMetrics(server.url);
    const sum = (key: 'prompt_tokens' | 'completion_tokens'): number =>
      one.usage[key] + two.usage[key];
    expect(done('vllm:num_requests_running')).toBe(0);
    expect(done('vllm:prompt_tokens_total')).toBe(sum('prompt_tokens'));
    expect(done('vllm:generation_tokens_total')).toBe(sum('completion_tokens'));
    expect(done('vllm:mm_cache_queries_total')).toBe(2);
    expect(done('vllm:mm_cache_hits_total')).toBe(1);
    expect(done('vllm:request_success_total', 'finished_reason="stop"')).toBe(1);
    expect(done('vllm:request_success_total', 'finished_reason="length"')).toBe(1);
    expect(done('vllm:request_success_total', 'finished_reason="abort"')).toBe(2);
    expect(done('vllm:e2e_request_latency_seconds_count')).toBe(2);
    expect(done('vllm:inter_token_latency_seconds_count')).toBe(sum('completion_tokens') - 2);
    expect(done('vllm:cache_config_info', 'block_size="16"')).toBe(1);
  });

  it('gives its port back when it is closed', async () => {
    const server = await serverForTest();
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    const next = await serverForTest({ port: server.port });
    expect(next.port).toBe(server.port);
  });
});

describe('the model server as a program', () => {
  const program = join(import.meta.dirname, '../../../src/sandbox/model-server.ts');

  it('says that it is simulated and where it listens', async () => {
    const options = ['--output-tokens', '77', '--max-num-seqs', '4', '--api-servers', '2'];
    const profile = ['--port', '0', '--profile', 'h100'];
    const child = spawn(process.execPath, [program, ...profile, ...options]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    await vi.waitUntil(() => output.includes('Listening'), { timeout: 15_000 });
    expect(output).toContain('SIMULATED');
    const url = /http:\S+/u.exec(output)?.[0] ?? '';
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const { usage } = await complete({ url }, buildBody('row'));
    expect(usage.completion_tokens).toBe(77);
  });

  it('explains itself, and names what it does not know', async () => {
    expect(await runToEnd('--help')).toMatchObject({
      code: 0,
      output: expect.stringContaining('--profile'),
    });
    expect(await runToEnd('--profile', 'warp')).toMatchObject({
      code: 64,
      output: expect.stringContaining('instant, steady, l4, 4090, a100, h100'),
    });
    expect(await runToEnd('--output-tokens', '0')).toMatchObject({
      code: 64,
      output: expect.stringContaining('--output-tokens'),
    });
    expect(await runToEnd('--port', 'x')).toMatchObject({
      code: 64,
      output: expect.stringContaining('--port'),
    });
  });

  async function runToEnd(...args: readonly string[]): Promise<{ code: unknown; output: string }> {
    const child = spawn(process.execPath, [program, ...args]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += data.toString();
      });
    }
    const [code]: unknown[] = await once(child, 'close');
    return { code, output };
  }
});

type Read = (name: string, label?: string) => number;

async function readMetrics(url: string): Promise<Read> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n');
  return (name, label = '') => {
    const line = lines.find((each) => each.startsWith(`${name}{`) && each.includes(label));
    return Number(line?.split(' ').at(-1));
  };
}
