import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import type { PauseReason } from '../../src/batch/batch.ts';
import { toWatchWaitMs, watchServer, type WatchOptions } from '../../src/vllm/watch-server.ts';

type State = 'up' | 'away' | 'misconfigured';
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** An endpoint and a server that a test turns on and off, with a watch over them. */
function watch(options: Partial<WatchOptions> = {}): {
  state: State;
  closed: PauseReason | undefined;
  readonly probes: number;
  stop(): Promise<void>;
} {
  const controller = new AbortController();
  const stage = {
    state: 'up' as State,
    closed: undefined as PauseReason | undefined,
    probes: 0,
    stop: async () => {
      controller.abort(new Error('stop'));
      await done;
    },
  };
  const done = watchServer({
    probe: async () => {
      stage.probes += 1;
      return stage.state;
    },
    isWaitedFor: async () => stage.closed !== undefined,
    open: async () => {
      stage.closed = undefined;
    },
    close: async (reason) => {
      stage.closed ??= reason;
    },
    intervalMs: 1,
    log: quiet,
    signal: controller.signal,
    ...options,
  });
  return stage;
}

describe('watchServer', () => {
  it.each([
    ['away', 'model-away'],
    ['misconfigured', 'model-misconfigured'],
  ] as const)('closes the endpoint at the start when the server is %s', async (state, reason) => {
    const stage = watch();
    stage.state = state;
    await until('the endpoint closes', () => stage.closed !== undefined);
    expect(stage.closed).toBe(reason);
    await stage.stop();
  });

  it('opens it as soon as the server answers', async () => {
    const stage = watch();
    stage.state = 'away';
    await until('four probes', () => stage.probes > 3);
    expect(stage.closed).toBe('model-away');
    stage.state = 'up';
    await until('the endpoint opens', () => stage.closed === undefined);
    await stage.stop();
  });

  it('asks a server that is there once only, until somebody closes the endpoint', async () => {
    let looks = 0;
    const stage = watch({
      isWaitedFor: async () => {
        looks += 1;
        return stage.closed !== undefined;
      },
    });
    await until('eleven looks', () => looks > 10);
    expect(stage.probes).toBe(1);
    stage.closed = 'model-away';
    await until('the endpoint opens', () => stage.closed === undefined);
    expect(stage.probes).toBe(2);
    await stage.stop();
  });

  it('closes it once more at the start where another process has closed it already', async () => {
    let closings = 0;
    const stage = watch({
      close: async () => {
        closings += 1;
      },
    });
    stage.closed = 'model-away';
    stage.state = 'away';
    await until('four probes', () => stage.probes > 3);
    expect(closings).toBe(1);
    await stage.stop();
  });

  it('goes on after trouble with the shared state', async () => {
    let looks = 0;
    const warnings: string[] = [];
    const stage = watch({
      isWaitedFor: async () => {
        looks += 1;
        if (looks < 4) throw new Error('no connection');
        return stage.closed !== undefined;
      },
      log: { ...quiet, warn: (_entry, message) => warnings.push(message) },
    });
    stage.closed = 'model-away';
    await until('the endpoint opens', () => stage.closed === undefined);
    expect(warnings).toHaveLength(3);
    await stage.stop();
  });

  it('stops in the middle of a probe that hangs', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const stage = watch({
      probe: async (signal) => {
        resolve();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
    });
    await asked;
    await expect(stage.stop()).resolves.toBeUndefined();
  });
});

describe('toWatchWaitMs', () => {
  it('grows to five intervals and no further', () => {
    const waits = [0, 1, 2, 3, 4, 5, 2000].map((failures) => toWatchWaitMs(failures, 1000, 0.5));
    expect(waits).toEqual([1000, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  it('is spread by a quarter to both sides', () => {
    expect([0, 1].map((random) => toWatchWaitMs(0, 1000, random))).toEqual([750, 1250]);
  });
});
