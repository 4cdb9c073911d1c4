import { describe, expect, it, onTestFinished } from 'vitest';
import { toFault } from '../../src/errors.ts';
import {
  createMetrics,
  type Metrics,
  type Readings,
  type ServerReading,
} from '../../src/ops/metrics.ts';
import { startOpsServer } from '../../src/ops/ops-server.ts';

interface World {
  readonly metrics: Metrics;
  readonly problems: string[];
  get(path: string): Promise<{ status: number; text: string }>;
}

const servers: readonly ServerReading[] = [
  { endpoint: 'gpu1:8000', open: true, gate: { inFlight: 3, queued: 2, budget: 16 } },
  { endpoint: 'gpu2:8000', open: false, gate: { inFlight: 0, queued: 0, budget: 8 } },
];

async function start(readings: Partial<Readings> = {}): Promise<World> {
  const problems: string[] = [];
  const metrics = createMetrics({
    servers: async () => servers,
    slackConnected: () => true,
    ...readings,
  });
  const server = await startOpsServer({
    host: '127.0.0.1',
    port: 0,
    metrics,
    findProblems: async () => problems,
    findNotes: async () => ['gpu1:8000: open'],
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return {
    metrics,
    problems,
    async get(path) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return { status: response.status, text: await response.text() };
    },
  };
}

describe('health', () => {
  it('is live as long as it answers', async () => {
    const { get } = await start();
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('is ready while nothing is wrong, and says what is', async () => {
    const { get, problems } = await start();
    expect(await get('/readyz')).toEqual({ status: 200, text: 'ready\ngpu1:8000: open\n' });
    problems.push('Redis is away', 'Slack is not connected');
    expect(await get('/readyz')).toEqual({
      status: 503,
      text: 'Redis is away\nSlack is not connected\n',
    });
  });

  it('names its paths to whoever asks for another', async () => {
    const { get } = await start();
    const { status, text } = await get('/');
    expect(status).toBe(404);
    expect(text).toContain('/metrics');
  });
});

describe('the metrics', () => {
  it('count rows by outcome and cause, tokens, and the time at the model', async () => {
    const { get, metrics } = await start();
    const usage = { promptTokens: 100, completionTokens: 20 };
    metrics.onOutcome({ status: 'done', fields: [], usage, modelSeconds: 0.3, cached: false });
    metrics.onOutcome({ status: 'done', fields: [], usage, modelSeconds: 9, cached: true });
    metrics.onOutcome({ status: 'failed', fault: toFault('E_FILE_GONE', {}) });
    const { text } = await get('/metrics');
    expect(text).toContain('darkroom_rows_total{outcome="done",code=""} 2');
    expect(text).toContain('darkroom_rows_total{outcome="failed",code="E_FILE_GONE"} 1');
    expect(text).toContain('darkroom_tokens_total{kind="prompt"} 100');
    expect(text).toContain('darkroom_model_request_seconds_count 1');
    expect(text).toContain('darkroom_cache_hits_total 1');
  });

  it('show each model server, its gate, and Slack as they are when asked', async () => {
    const { get } = await start();
    const { text } = await get('/metrics');
    expect(text).toContain('darkroom_gate_weight{endpoint="gpu1:8000",kind="inFlight"} 3');
    expect(text).toContain('darkroom_gate_weight{endpoint="gpu2:8000",kind="budget"} 8');
    expect(text).toContain('darkroom_slack_connected 1');
    expect(text).toContain('darkroom_model_server_open{endpoint="gpu1:8000"} 1');
    expect(text).toContain('darkroom_model_server_open{endpoint="gpu2:8000"} 0');
  });

  it('leave out what cannot be read', async () => {
    const { get } = await start({
      servers: async () => Promise.reject(new Error('Redis is away')),
    });
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).not.toContain('darkroom_gate_weight{');
  });

  it('say nothing of Slack where the process holds no conversation', async () => {
    const { get } = await start({ slackConnected: undefined });
    expect((await get('/metrics')).text).not.toContain('darkroom_slack_connected');
  });
});
