import { describe, expect, it } from 'vitest';
import type { BatchGroup, ServerReading } from '../../src/batch/readings.ts';
import { createRowActivity } from '../../src/ops/row-activity.ts';
import { toWatchedRows } from '../../src/ops/watched-rows.ts';
import { createStepActivity, toWatchedSteps } from '../../src/ops/watched-steps.ts';

const listener = { onOutcome() {}, onLost() {}, onAnswered() {}, onRepair() {} };

interface Case {
  readonly held?: number;
  readonly inFlight?: number;
  /** Undefined where they cannot be read. */
  readonly groups?: readonly Pick<BatchGroup, 'state' | 'pendingRows' | 'leasedRows'>[] | undefined;
  readonly servers?: readonly Pick<ServerReading, 'open' | 'gate'>[] | undefined;
}

const running = { state: 'running', pendingRows: 10, leasedRows: 0 };
const gate = { inFlight: 0, requests: 0, queued: 0, budget: 16 };
const open = { open: true, gate };

function watch(given: Case) {
  const activity = createRowActivity(listener);
  for (let lease = 0; lease < (given.held ?? 0); lease += 1) activity.onLeased();
  for (let request = 0; request < (given.inFlight ?? 0); request += 1) activity.onSent();
  const [rows, loop] = toWatchedRows({
    activity,
    requestTimeoutMs: 120_000,
    survey: async () =>
      given.groups && {
        groups: given.groups.map((group) => ({
          reason: '',
          batches: 1,
          longestWaitSeconds: 1,
          ...group,
        })),
        leasesExpired: 0,
        rowsCancelled: 0,
        failedChecks: 0,
        memory: { usedBytes: 0, maxBytes: 0 },
      },
    servers: async () => given.servers?.map((server) => ({ endpoint: 'gpu:8000', ...server })),
  });
  if (rows === undefined || loop === undefined) throw new Error('two things are watched');
  return { activity, rows, loop };
}

describe('rows of a worker', () => {
  it.each<[string, Case]>([
    ['rows wait in Redis and a server has room', { groups: [running], servers: [open] }],
    ['it holds rows and a server has room', { held: 1, groups: [], servers: [open] }],
    ['it holds rows, whatever Redis says of batches', { held: 1, servers: [open] }],
    [
      'its own request fills the gate',
      {
        held: 1,
        inFlight: 1,
        groups: [],
        servers: [{ open: true, gate: { ...gate, inFlight: 16 } }],
      },
    ],
    ['one server of two is open', { groups: [running], servers: [{ open: false, gate }, open] }],
  ])('are due where %s', async (_why, given) => {
    expect(await watch(given).rows.isDue()).toBe(true);
  });

  it.each<[string, Case]>([
    ['there are none', { groups: [], servers: [open] }],
    ['their batch is paused', { groups: [{ ...running, state: 'paused' }], servers: [open] }],
    [
      'other workers hold all of them',
      { groups: [{ ...running, pendingRows: 0, leasedRows: 50 }], servers: [open] },
    ],
    ['no server is open', { held: 1, groups: [running], servers: [{ open: false, gate }] }],
    [
      'the requests of others fill the gate',
      { held: 1, groups: [running], servers: [{ open: true, gate: { ...gate, inFlight: 9 } }] },
    ],
    ['Redis does not tell of batches', { servers: [open] }],
    ['Redis does not tell of gates', { held: 1, groups: [running] }],
  ])('are not due where %s', async (_why, given) => {
    expect(await watch(given).rows.isDue()).toBe(false);
  });

  it('may take as long as the longest request and more', () => {
    expect(watch({}).rows.stallMs).toBeGreaterThan(120_000 + 5 * 60_000);
  });

  it('move with every lease, request, outcome and file, but not with looking for rows', () => {
    const { activity, rows, loop } = watch({});
    const answer = { endpoint: 'gpu:8000', result: 'answer', seconds: 1 };
    const usage = { promptTokens: 1, completionTokens: 1 };
    const moves = [
      () => activity.onLeased(),
      () => activity.onSent(),
      () => activity.onAnswered(answer),
      () =>
        activity.onOutcome({ status: 'done', fields: [], usage, modelSeconds: 1, cached: false }),
      () => activity.onReleased(),
      () => activity.onProgress(),
    ];
    for (const move of moves) {
      const before = rows.moves();
      move();
      expect(rows.moves()).toBeGreaterThan(before);
    }
    expect([activity.held(), activity.inFlight()]).toEqual([0, 0]);
    const before = [rows.moves(), loop.moves()];
    activity.onLook();
    expect([rows.moves(), loop.moves()]).toEqual([before[0], (before[1] ?? 0) + 1]);
  });
});

describe('steps of a bot', () => {
  it('are due while some wait and none is under way here', async () => {
    const activity = createStepActivity();
    const due = (waiting: number | undefined): Promise<boolean> =>
      toWatchedSteps(activity, async () => waiting).isDue();
    expect(await due(1)).toBe(true);
    expect(await due(0)).toBe(false);
    expect(await due(undefined)).toBe(false);
    activity.onStepBegun();
    expect(await due(1)).toBe(false);
    activity.onStepEnded();
    expect(await due(1)).toBe(true);
    expect(activity.moves()).toBe(2);
  });
});
