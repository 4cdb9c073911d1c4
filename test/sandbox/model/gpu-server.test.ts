import { describe, expect, it, vi } from 'vitest';
import { GpuEngine } from '../../../src/sandbox/model/gpu-engine.ts';
import { gpuProfiles } from '../../../src/sandbox/model/gpu-profiles.ts';
import { createModelMetrics } from '../../../src/sandbox/model/model-metrics.ts';
import { startModelServer, type ModelServer } from '../../../src/sandbox/model/model-server.ts';
import { VirtualClock } from '../../../src/sandbox/model/virtual-clock.ts';
import {
  buildBody,
  complete,
  postChat,
  serverForTest,
  toImagePart,
  toImageUrl,
} from './chat-client.ts';

/** A GPU on which nothing takes long, so that tests do not either. */
const gpu = {
  baseMs: 0.05,
  perContextTokenMs: 0,
  perPromptTokenMs: 0.001,
  perPictureTokenMs: 0.001,
  perSquaredPictureTokenMs: 0,
};

async function readMetrics(server: ModelServer): Promise<(line: string) => number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return (start) => {
    const line = text.split('\n').find((each) => each.startsWith(start));
    return Number(line?.split(' ').at(-1));
  };
}

describe('a model server with the timing of a GPU', () => {
  it('answers what an instant one does', async () => {
    const part = toImagePart(await toImageUrl({ width: 640, height: 480, color: '#c83020' }));
    const servers = [
      await serverForTest(),
      await serverForTest({ profile: 'h100', settings: { gpu } }),
    ];
    const answers = await Promise.all(
      servers.map((server) => complete(server, buildBody('row', [part], { request_id: 'r' }))),
    );
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]?.content).toContain('640x480 #c83020');
  });

  it('shows in its metrics what runs, waits, is held and was cached', async () => {
    const server = await serverForTest({ profile: '4090', settings: { gpu, maxNumSeqs: 1 } });
    const idle = await readMetrics(server);
    expect(idle('vllm:cache_config_info{')).toBe(1);
    const part = toImagePart(await toImageUrl({ width: 640, height: 480 }), 'u');
    const one = await complete(server, buildBody('row one', [part]));
    const two = await complete(server, buildBody('row two', [part]));
    const done = await readMetrics(server);
    const prompt = one.usage.prompt_tokens + two.usage.prompt_tokens;
    const generated = one.usage.completion_tokens + two.usage.completion_tokens;
    expect(done('vllm:prompt_tokens_total')).toBe(prompt);
    expect(done('vllm:prefix_cache_queries_total')).toBe(prompt);
    expect(done('vllm:prefix_cache_hits_total')).toBeGreaterThan(300);
    expect(done('vllm:generation_tokens_total')).toBe(generated);
    expect(done('vllm:inter_token_latency_seconds_count')).toBe(generated - 2);
    expect(done('vllm:mm_cache_queries_total')).toBe(2);
    expect(done('vllm:mm_cache_hits_total')).toBe(1);
    expect(done('vllm:kv_cache_usage_perc')).toBe(0);

    server.faults.next({ hang: true }, 2);
    const abort = new AbortController();
    const hanging = [1, 2].map((n) =>
      postChat(server, buildBody(`stuck ${n}`), { signal: abort.signal }).catch(() => {}),
    );
    await vi.waitUntil(() => server.waiting() === 1);
    const busy = await readMetrics(server);
    expect(busy('vllm:num_requests_running')).toBe(1);
    expect(busy('vllm:num_requests_waiting{')).toBe(1);
    expect(busy('vllm:num_requests_waiting_by_reason')).toBe(1);
    expect(busy('vllm:kv_cache_usage_perc')).toBeGreaterThan(0);
    abort.abort();
    await Promise.all(hanging);
    await vi.waitUntil(() => server.running() + server.waiting() === 0);
    expect((await readMetrics(server))('vllm:kv_cache_usage_perc')).toBe(0);
  });

  it('shows its preemptions', () => {
    const clock = new VirtualClock();
    const engine = new GpuEngine({ clock, settings: { ...gpuProfiles['4090'], kvTokens: 2048 } });
    for (const key of ['a', 'b', 'c']) {
      const work = { parts: [{ key, tokens: 100 }], completionTokens: 900, extraMs: 0 };
      engine.submit(work, { onDone: () => {}, onRefused: () => {} });
    }
    clock.advanceTo(600_000);
    const text = createModelMetrics({ model: 'm' }).text(engine);
    const shown = /^vllm:num_preemptions_total\{[^}]*\} (\d+)$/mu.exec(text)?.[1];
    expect(Number(shown)).toBeGreaterThan(0);
    expect(Number(shown)).toBe(engine.totals.preemptions);
  });

  it('refuses a picture that its encoder could never take', async () => {
    const settings = { gpu, largestPictureTokens: 1024, maxNumBatchedTokens: 1024 };
    const server = await serverForTest({ profile: '4090', settings });
    const part = toImagePart(await toImageUrl({ width: 1600, height: 1200 }));
    const response = await postChat(server, buildBody('row', [part]));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('exceeds the pre-allocated encoder cache size 1024');
  });

  it('resizes pictures as it is set up, where the request does not say', async () => {
    const bounds = { shortest_edge: 65_536, longest_edge: 262_144 };
    const server = await serverForTest({ profile: 'l4', settings: { gpu }, bounds });
    const part = toImagePart(await toImageUrl({ width: 1024, height: 1024 }));
    const { usage } = await complete(server, buildBody('row', [part]));
    expect(usage.prompt_tokens).toBeLessThan(300);
  });

  it('does not start where the cache could not hold one request', async () => {
    const start = startModelServer({ profile: 'l4', maxModelLen: 100_000 });
    await expect(start).rejects.toThrow('To serve at least one request');
  });
});

describe.each(['instant', 'h100'] as const)('a model server with the profile %s', (profile) => {
  const settings = { gpu, maxNumSeqs: 1, maxNumQueuedReqs: 2 };

  it('answers 503 beyond the queue that it is given', async () => {
    const server = await serverForTest({ profile, settings });
    server.faults.next({ hang: true }, 2);
    const abort = new AbortController();
    const hanging = [1, 2].map((n) =>
      postChat(server, buildBody(`stuck ${n}`), { signal: abort.signal }).catch(() => {}),
    );
    await vi.waitUntil(() => server.running() + server.waiting() === 2);
    const refused = await postChat(server, buildBody('row'));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await refused.json()).toEqual({
      error: {
        message:
          'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
        type: 'Service Unavailable',
        param: null,
        code: 503,
      },
    });
    abort.abort();
    await Promise.all(hanging);
    expect((await complete(server, buildBody('row'))).status).toBe(200);
  });

  it('counts every answer as long as it is told, up to max_tokens', async () => {
    const server = await serverForTest({ profile, settings: { gpu }, outputTokens: 150 });
    const whole = await complete(server, buildBody('row', [], { max_tokens: 400 }));
    expect([whole.usage.completion_tokens, whole.finishReason]).toEqual([150, 'stop']);
    const clipped = await complete(server, buildBody('row', [], { max_tokens: 100 }));
    expect(clipped.usage.completion_tokens).toBe(100);
  });

  it('makes answers differ in length where it is told to, each always the same', async () => {
    const outputTokens = { tokens: 200, spread: 0.25 };
    const server = await serverForTest({ profile, settings: { gpu }, outputTokens });
    const lengthOf = async (row: number): Promise<number> =>
      (await complete(server, buildBody(`row ${row}`))).usage.completion_tokens;
    const lengths = await Promise.all(Array.from({ length: 40 }, (_row, n) => lengthOf(n)));
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(150);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(250);
    expect(new Set(lengths).size).toBeGreaterThan(20);
    expect(await lengthOf(7)).toBe(lengths[7]);
  });

  it('shows the old names where it is told to, and then no new ones', async () => {
    const server = await serverForTest({ profile, settings: { gpu }, oldMetricNames: true });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^vllm:gpu_cache_usage_perc\{[^}]*\} 0$/mu);
    expect(text).toMatch(/^vllm:num_requests_waiting\{[^}]*\} 0$/mu);
    expect(text).not.toMatch(/kv_cache_usage_perc|waiting_by_reason|vllm:prefix_cache/u);
  });
});
