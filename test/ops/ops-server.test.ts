import { describe, expect, it, onTestFinished } from 'vitest';
import { toFault } from '../../src/errors.ts';
import { createMetrics, type Metrics } from '../../src/ops/metrics.ts';
import type { ServerReading, SurveyReading } from '../../src/batch/readings.ts';
import { createRowActivity } from '../../src/ops/row-activity.ts';
import { startOps, type OpsOptions } from '../../src/ops/start-ops.ts';

interface World {
  readonly metrics: Metrics;
  readonly redisProblems: string[];
  get(path: string): Promise<{ status: number; text: string }>;
}

const servers: readonly ServerReading[] = [
  { endpoint: 'gpu1:8000', open: true, gate: { inFlight: 3, requests: 2, queued: 5, budget: 16 } },
  { endpoint: 'gpu2:8000', open: false, gate: { inFlight: 0, requests: 0, queued: 0, budget: 8 } },
];

const survey: SurveyReading = {
  groups: [
    {
      state: 'running',
      reason: '',
      batches: 2,
      pendingRows: 70,
      leasedRows: 50,
      longestWaitSeconds: 90.5,
    },
    {
      state: 'paused',
      reason: 'approval',
      batches: 1,
      pendingRows: 30_000,
      leasedRows: 0,
      longestWaitSeconds: 400,
    },
    {
      state: 'finishing',
      reason: '',
      batches: 3,
      pendingRows: 0,
      leasedRows: 0,
      longestWaitSeconds: 12,
    },
  ],
  leasesExpired: 4,
  rowsCancelled: 120,
  failedChecks: 2,
  memory: { usedBytes: 1_000_000, maxBytes: 8_000_000 },
};

const never = (): Promise<never> => new Promise(() => {});
const away = (): Promise<never> => Promise.reject(new Error('Redis is away'));

async function start(options: Partial<OpsOptions> = {}): Promise<World> {
  const redisProblems: string[] = [];
  const metrics = createMetrics({ version: '1.2.3', role: 'both' });
  const ops = await startOps({
    host: '127.0.0.1',
    port: 0,
    log: { info() {}, warn() {}, error() {} },
    metrics,
    findRedisProblems: async () => redisProblems,
    survey: async () => survey,
    servers: async () => servers,
    disk: async () => ({ spoolBytes: 2048, freeBytes: 5_000_000_000 }),
    slackConnected: () => true,
    ...options,
  });
  onTestFinished(() => ops[Symbol.asyncDispose]());
  return {
    metrics,
    redisProblems,
    async get(path) {
      const response = await fetch(`http://127.0.0.1:${ops.port}${path}`);
      return { status: response.status, text: await response.text() };
    },
  };
}

describe('health', () => {
  it('is live while nothing hangs, also while Redis is away', async () => {
    const { get, redisProblems } = await start();
    redisProblems.push('Redis is away');
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('is ready while nothing is wrong, and says what is', async () => {
    const { get, redisProblems } = await start();
    expect(await get('/readyz')).toEqual({
      status: 200,
      text: 'ready\ngpu1:8000: open, 3 of 16 in flight\ngpu2:8000: closed, 0 of 8 in flight\n',
    });
    redisProblems.push('Redis is full', 'The clocks differ');
    expect(await get('/readyz')).toEqual({
      status: 503,
      text: 'Redis is full\nThe clocks differ\n',
    });
  });

  it('is ready with a full disk, and says that it is full', async () => {
    const { get } = await start({ disk: async () => ({ spoolBytes: 0, freeBytes: 2_900_000 }) });
    const { status, text } = await get('/readyz');
    expect(status).toBe(200);
    expect(text).toContain(
      'the disk of DATA_DIR has 2 MB left: it takes no new batch, and results may wait\n',
    );
  });

  it('is not live while a worker holds rows and does nothing, and says so', async () => {
    const activity = createRowActivity(createMetrics({ version: '1', role: 'worker' }));
    const { get } = await start({
      rows: { activity, requestTimeoutMs: 5, stallMs: 20 },
      lookEveryMs: 5,
      survey: async () => ({ ...survey, groups: [] }),
    });
    activity.onLeased();
    await expect
      .poll(() => get('/healthz'))
      .toEqual({
        status: 503,
        text: 'rows wait and a model server is open, but this process has begun and ended nothing for 0 minutes\n',
      });
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/metrics')).text).toContain('darkroom_stalled 1\n');
    activity.onReleased();
    await expect.poll(() => get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('is live while Redis is away, whatever a worker holds', async () => {
    let looks = 0;
    const activity = createRowActivity(createMetrics({ version: '1', role: 'worker' }));
    const { get } = await start({
      rows: { activity, requestTimeoutMs: 5, stallMs: 20 },
      lookEveryMs: 5,
      findRedisProblems: async () => {
        looks += 1;
        return ['Redis is away'];
      },
    });
    activity.onLeased();
    await expect.poll(() => looks).toBeGreaterThan(30);
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('is live while others hold all rows that there are', async () => {
    const activity = createRowActivity(createMetrics({ version: '1', role: 'worker' }));
    let looks = 0;
    const { get } = await start({
      rows: { activity, requestTimeoutMs: 5, stallMs: 20 },
      lookEveryMs: 5,
      survey: async () => {
        looks += 1;
        const groups = survey.groups.map((group) => ({ ...group, pendingRows: 0 }));
        return { ...survey, groups };
      },
    });
    await expect.poll(() => looks).toBeGreaterThan(30);
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  });

  it('names its paths to whoever asks for another', async () => {
    const { get } = await start();
    const { status, text } = await get('/');
    expect(status).toBe(404);
    expect(text).toContain('/metrics');
  });
});

describe('the metrics', () => {
  it('count what the process does', async () => {
    const { get, metrics } = await start();
    const usage = { promptTokens: 100, completionTokens: 20 };
    metrics.onOutcome({ status: 'done', fields: [], usage, modelSeconds: 0.3, cached: false });
    metrics.onOutcome({ status: 'done', fields: [], usage, modelSeconds: 9, cached: true });
    metrics.onOutcome({ status: 'failed', fault: toFault('E_FILE_GONE', {}) });
    metrics.onAnswered({ endpoint: 'gpu1:8000', result: 'answer', seconds: 0.3 });
    metrics.onLost();
    metrics.onRepair({ endpoint: 'gpu1:8000', kind: 'reaped', slots: 3 });
    metrics.onRepair({ endpoint: 'gpu1:8000', kind: 'reconciled', before: 9, now: 4 });
    metrics.onRateLimited('chat.update');
    const { text } = await get('/metrics');
    const lines = text.split('\n');
    expect(lines).toContain('darkroom_rows_total{outcome="done",code=""} 2');
    expect(lines).toContain('darkroom_rows_total{outcome="failed",code="E_FILE_GONE"} 1');
    expect(lines).toContain('darkroom_tokens_total{kind="prompt"} 100');
    expect(lines).toContain('darkroom_tokens_total{kind="completion"} 20');
    expect(lines).toContain('darkroom_cache_hits_total 1');
    expect(lines).toContain(
      'darkroom_model_request_seconds_count{endpoint="gpu1:8000",result="answer"} 1',
    );
    expect(lines).toContain('darkroom_leases_lost_total 1');
    expect(lines).toContain('darkroom_gate_slots_freed_total{endpoint="gpu1:8000"} 3');
    expect(lines).toContain('darkroom_gate_weight_mended_total{endpoint="gpu1:8000"} 5');
    expect(lines).toContain('darkroom_slack_rate_limited_total{method="chat.update"} 1');
  });

  it('show batches, Redis, model servers, disk and Slack as they are when asked', async () => {
    const { get } = await start();
    await get('/metrics');
    const lines = (await get('/metrics')).text.split('\n');
    for (const line of [
      'darkroom_ready 1',
      'darkroom_stalled 0',
      'darkroom_slack_connected 1',
      'darkroom_batches{state="paused",reason="approval"} 1',
      'darkroom_pending_rows{state="running",reason=""} 70',
      'darkroom_leased_rows{state="running",reason=""} 50',
      'darkroom_oldest_pending_seconds{state="running",reason=""} 90.5',
      'darkroom_undelivered_results 3',
      'darkroom_oldest_undelivered_seconds 12',
      'darkroom_leases_expired_total 4',
      'darkroom_rows_cancelled_total 120',
      'darkroom_failed_checks_total 2',
      'darkroom_redis_up 1',
      'darkroom_redis_used_bytes 1000000',
      'darkroom_redis_max_bytes 8000000',
      'darkroom_model_server_open{endpoint="gpu1:8000"} 1',
      'darkroom_model_server_open{endpoint="gpu2:8000"} 0',
      'darkroom_gate_in_flight_weight{endpoint="gpu1:8000"} 3',
      'darkroom_gate_in_flight_requests{endpoint="gpu1:8000"} 2',
      'darkroom_gate_budget_weight{endpoint="gpu2:8000"} 8',
      'darkroom_gate_waiting_rows{endpoint="gpu1:8000"} 5',
      'darkroom_spool_bytes 2048',
      'darkroom_data_free_bytes 5000000000',
      `darkroom_build_info{version="1.2.3",node="${process.versions.node}",role="both"} 1`,
    ]) {
      expect(lines).toContain(line);
    }
  });

  it('forget a state that no batch is in any more', async () => {
    let groups = survey.groups;
    const { get } = await start({ survey: async () => ({ ...survey, groups }) });
    await get('/metrics');
    groups = [];
    const { text } = await get('/metrics');
    expect(text).not.toContain('darkroom_pending_rows{');
    expect(text).toContain('darkroom_undelivered_results 0\n');
  });

  it.each([
    ['rejects', away],
    ['hangs', never],
  ])('leave out what cannot be read when a reading %s', async (_how, read) => {
    let isThere = true;
    const { get, redisProblems } = await start({
      survey: async () => (isThere ? survey : read()),
      servers: async () => (isThere ? servers : read()),
      disk: async () => (isThere ? { spoolBytes: 1, freeBytes: 2 } : read()),
    });
    await get('/metrics');
    isThere = false;
    redisProblems.push('Redis is away');
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('darkroom_redis_up 0\n');
    expect(text).toContain('darkroom_ready 0\n');
    const left = text.split('\n').filter((line) => line.startsWith('darkroom_'));
    expect(left.map((line) => line.replace(/[{ ].*/, '')).toSorted()).toEqual([
      'darkroom_build_info',
      'darkroom_cache_hits_total',
      'darkroom_leases_lost_total',
      'darkroom_ready',
      'darkroom_redis_up',
      'darkroom_slack_connected',
      'darkroom_stalled',
    ]);
  });

  it('show a zero for rows that crash workers, so that the first one is a rise', async () => {
    const activity = createRowActivity(createMetrics({ version: '1', role: 'worker' }));
    const { get } = await start({ rows: { activity, requestTimeoutMs: 1 } });
    expect((await get('/metrics')).text).toContain(
      'darkroom_rows_total{outcome="failed",code="E_ROW_CRASHED_WORKER"} 0\n',
    );
  });

  it('say nothing of Slack where the process holds no conversation', async () => {
    const { get } = await start({ slackConnected: undefined });
    expect((await get('/metrics')).text).not.toMatch(/^darkroom_slack_connected/m);
  });

  it('are named and explained as Prometheus wants it', async () => {
    const { text } = await (await start()).get('/metrics');
    const own = text.split('\n').filter((line) => line.startsWith('# HELP darkroom_'));
    const types = new Map(
      [...text.matchAll(/^# TYPE (darkroom_\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
    );
    expect(own.length).toBeGreaterThan(25);
    for (const line of own) {
      const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
      expect(help).toMatch(/^[A-Z1].{20,}$/);
      const isCounter = name.endsWith('_total');
      const type = types.get(name);
      expect({ name, type, isCounter }).toEqual({ name, type, isCounter: type === 'counter' });
    }
  });
});
