import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createTurns, type Turns } from '../../src/work/turns.ts';
import { createFakeEndpoint, type FakeEndpoint } from './fake-endpoint.ts';

/** Everything that is under way without the test's doing has run. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const idle = new AbortController().signal;

interface Asked {
  readonly batch: string;
  readonly weight: number;
}

/** Turns in front of the endpoints, with a note of who began where and what is in flight. */
function startTurns(endpoints: readonly FakeEndpoint[]) {
  const turns = createTurns(endpoints, { lookEveryMs: 1 });
  const began: (Asked & { readonly endpoint: string })[] = [];
  const ended: Asked[] = [];
  const ask = (batch: string, weight = 1, more: { avoid?: string; signal?: AbortSignal } = {}) => {
    const asked = { batch, weight };
    return turns
      .run({ ...asked, signal: idle, ...more }, async ({ name }) => {
        began.push({ ...asked, endpoint: name });
        return name;
      })
      .finally(() => ended.push(asked));
  };
  const begun = (): readonly string[] => began.map(({ batch }) => batch);
  return { ask, began, begun, ended };
}

describe('turns', () => {
  it('let a small batch through that comes while a large one waits, after a few rows at the gate', async () => {
    const endpoint = createFakeEndpoint('a', 8);
    const { ask, begun } = startTurns([endpoint]);
    for (let row = 0; row < 500; row++) void ask('large');
    await settle();
    for (let row = 0; row < 3; row++) void ask('small');
    await settle();
    expect(endpoint.waiting()).toBe(4);
    for (let each = 0; each < 7; each++) {
      endpoint.end(0);
      await settle();
    }
    expect(begun().slice(8)).toEqual([
      'large',
      'large',
      'large',
      'large',
      'small',
      'small',
      'small',
    ]);
  });

  it('give batches equal weight, not equally many rows', async () => {
    const endpoint = createFakeEndpoint('a', 16);
    const { ask, began, ended } = startTurns([endpoint]);
    for (let row = 0; row < 400; row++) {
      void ask('heavy', 4);
      void ask('light', 1);
    }
    for (let each = 0; each < 200; each++) {
      await settle();
      endpoint.end(0);
    }
    await settle();
    const weightOf = (batch: string): number =>
      began.filter((row) => row.batch === batch).reduce((sum, row) => sum + row.weight, 0);
    expect(ended).toHaveLength(200);
    expect(Math.abs(weightOf('heavy') - weightOf('light'))).toBeLessThanOrEqual(16);
  });

  it('reject a waiting row with its signal’s reason, and go on with the others', async () => {
    const endpoint = createFakeEndpoint('a', 8);
    const { ask, begun } = startTurns([endpoint]);
    for (let row = 0; row < 12; row++) void ask('first');
    await settle();
    const leaving = new AbortController();
    const left = ask('second', 1, { signal: leaving.signal });
    void ask('third');
    await settle();
    leaving.abort(new Error('the batch was paused'));
    await expect(left).rejects.toThrow('the batch was paused');
    await settle();
    for (let each = 0; each < 5; each++) {
      endpoint.end(0);
      await settle();
    }
    expect(begun().slice(12)).toEqual(['third']);
  });

  it('reject a row that comes with an aborted signal without asking the gate', async () => {
    const endpoint = createFakeEndpoint('a', 8);
    const { ask } = startTurns([endpoint]);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(ask('a batch', 1, { signal })).rejects.toThrow('too late');
    expect(endpoint.running()).toBe(0);
  });

  it('reject a row whose gate fails, and let the next one through', async () => {
    const endpoint = createFakeEndpoint('a', 8);
    const { ask } = startTurns([endpoint]);
    endpoint.failNext();
    const failed = ask('a batch');
    const next = ask('a batch');
    await expect(failed).rejects.toThrow('out of order');
    endpoint.end(0);
    await expect(next).resolves.toBe('a');
  });

  it('send rows to the endpoint that is loaded least for its budget', async () => {
    const [small, large] = [createFakeEndpoint('small', 8), createFakeEndpoint('large', 24)];
    const { ask } = startTurns([small, large]);
    for (let row = 0; row < 16; row++) {
      void ask('a batch');
      await settle();
    }
    expect([small.running(), large.running()]).toEqual([4, 12]);
  });

  it('send a row to another endpoint than the one to avoid, however loaded, unless no other is open', async () => {
    const [first, second] = [createFakeEndpoint('first', 8), createFakeEndpoint('second', 8)];
    const { ask, began } = startTurns([first, second]);
    for (let row = 0; row < 12; row++) void ask('a batch', 1, { avoid: 'first' });
    await settle();
    void ask('another batch', 1, { avoid: 'first' });
    await settle();
    expect([first.running(), second.running()]).toEqual([0, 8]);
    second.setOpen(false);
    await vi.waitFor(() => expect(first.running()).toBe(1));
    expect(began.at(-1)).toMatchObject({ batch: 'another batch', endpoint: 'first' });
  });

  it('keep rows waiting while no endpoint is open, and go on by themselves when one is', async () => {
    const endpoint = createFakeEndpoint('a', 8);
    const { ask } = startTurns([endpoint]);
    endpoint.setOpen(false);
    const row = ask('a batch');
    await settle();
    expect([endpoint.running(), endpoint.waiting()]).toEqual([0, 0]);
    endpoint.setOpen(true);
    await vi.waitFor(() => expect(endpoint.end(0)).toBe(true));
    await expect(row).resolves.toBe('a');
  });

  it('take a row back that gets its slot at an endpoint that was closed meanwhile', async () => {
    const [first, second] = [createFakeEndpoint('first', 8), createFakeEndpoint('second', 8)];
    const { ask, began } = startTurns([first, second]);
    for (let row = 0; row < 16; row++) void ask('running');
    await settle();
    const waiting = ask('waiting');
    await settle();
    const at = first.waiting() === 1 ? first : second;
    const other = at === first ? second : first;
    at.setOpen(false);
    at.end(0);
    at.end(7);
    await settle();
    expect(began.map(({ batch }) => batch)).not.toContain('waiting');
    while (other.end(0)) await settle();
    await expect(waiting).resolves.toBe(other.name);
  });
});

const weight = fc.integer({ min: 1, max: 8 });
/** What happens next. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('end' as const), at: fc.nat(1), place: fc.nat(30) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('ask' as const), batch: fc.nat(4), weight }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), row: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), at: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('flip' as const), at: fc.nat(1), open: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('budget' as const),
      at: fc.nat(1),
      budget: fc.integer({ min: 8, max: 40 }),
    }),
  },
);

const weights = fc.array(weight, { minLength: 1, maxLength: 20 });
const backlogs = fc.array(fc.array(weight, { minLength: 1, maxLength: 40 }), {
  minLength: 2,
  maxLength: 6,
});
const places = fc.array(fc.nat(60), { minLength: 1, maxLength: 60 });

describe('turns at gates that behave at random', () => {
  it('run every row once or reject it, and keep few rows in the gates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 120 }), async (steps) => {
        const [a, b] = [createFakeEndpoint('a', 8), createFakeEndpoint('b', 12)];
        const turns = createTurns([a, b], { lookEveryMs: 1 });
        const rows: Tried[] = [];
        for (const each of steps) {
          if (each.do === 'ask') rows.push(tryRow(turns, each));
          else if (each.do === 'abort') rows[each.row]?.stop.abort(new Error('stop'));
          else disturb(each, each.at === 0 ? a : b);
          await settle();
          expect(Math.max(a.waiting(), b.waiting())).toBeLessThanOrEqual(4);
        }
        a.setOpen(true);
        b.setOpen(true);
        await vi.waitFor(async () => {
          while (a.end(0) || b.end(0)) await settle();
          expect(rows.every(({ ends }) => ends.length > 0)).toBe(true);
        });
        for (const { runs, ends } of rows) {
          expect(ends).toEqual([runs === 1 ? 'run' : 'rejected']);
          expect(runs).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('start a row of a batch that has nothing in flight within a bound, whatever the others do', async () => {
    await fc.assert(
      fc.asyncProperty(backlogs, places, async (backlog, ends) => {
        const endpoint = createFakeEndpoint('a', 8);
        const run = runBacklog(endpoint, backlog);
        const startsOfOthers = backlog.map(() => 0);
        let seen = 0;
        for (const place of ends) {
          await settle();
          for (; seen < run.began.length; seen++) {
            const batch = run.began[seen];
            backlog.forEach((_, each) => {
              const isStarved =
                each !== batch && run.runningOf(each) === 0 && run.waitingOf(each) > 0;
              startsOfOthers[each] = isStarved ? (startsOfOthers[each] ?? 0) + 1 : 0;
            });
          }
          // What waits in the gate by then, and one row of each of the others.
          expect(Math.max(...startsOfOthers)).toBeLessThanOrEqual(4 + backlog.length - 1);
          endpoint.end(place);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('give equal demand equal weight in flight, within one largest weight', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }),
        weights,
        places,
        async (count, sizes, ends) => {
          const endpoint = createFakeEndpoint('a', 32);
          const backlog = Array.from({ length: count }, (_, batch) =>
            Array.from(
              { length: 400 },
              (__, row) => sizes[(row * 7 + batch * 3) % sizes.length] ?? 1,
            ),
          );
          const run = runBacklog(endpoint, backlog);
          const sums = backlog.map(() => 0);
          for (let each = 0; each < 200; each++) {
            await settle();
            backlog.forEach((_, batch) => (sums[batch] = (sums[batch] ?? 0) + run.weightOf(batch)));
            endpoint.end((ends[each % ends.length] ?? 0) + each);
          }
          const spread = (Math.max(...sums) - Math.min(...sums)) / 200;
          expect(spread).toBeLessThanOrEqual(8);
        },
      ),
      { numRuns: 40, examples: [[2, [7], [15, 0, 0, 59]]] },
    );
  });
});

/** All rows of all batches ask at once; a row is known by its batch's place. */
function runBacklog(endpoint: FakeEndpoint, backlog: readonly (readonly number[])[]) {
  const began: number[] = [];
  const state = backlog.map((rows) => ({ waiting: rows.length, running: 0, weight: 0 }));
  const stateOf = new Map<AbortSignal, (typeof state)[number]>();
  // In flight is what was let go, also while it waits at the gate.
  const run: FakeEndpoint['gate']['run'] = async (job, work) => {
    const now = stateOf.get(job.signal);
    if (now === undefined) throw new Error('nobody asked for this row');
    now.weight += job.weight;
    return endpoint.gate.run(job, work).finally(() => {
      now.weight -= job.weight;
    });
  };
  const turns = createTurns([{ ...endpoint, gate: { ...endpoint.gate, run } }]);
  for (const [batch, rows] of backlog.entries()) {
    const now = state[batch];
    if (now === undefined) continue;
    for (const rowWeight of rows) {
      const { signal } = new AbortController();
      stateOf.set(signal, now);
      const turn = { batch: String(batch), weight: rowWeight, signal };
      const work = async (): Promise<void> => {
        began.push(batch);
        now.waiting -= 1;
        now.running += 1;
      };
      void turns.run(turn, work).finally(() => {
        now.running -= 1;
      });
    }
  }
  return {
    began,
    waitingOf: (batch: number): number => state[batch]?.waiting ?? 0,
    runningOf: (batch: number): number => state[batch]?.running ?? 0,
    weightOf: (batch: number): number => state[batch]?.weight ?? 0,
  };
}

interface Tried {
  runs: number;
  readonly ends: string[];
  readonly stop: AbortController;
}

function tryRow(
  turns: Turns,
  { batch, weight: rowWeight }: { batch: number; weight: number },
): Tried {
  const row: Tried = { runs: 0, ends: [], stop: new AbortController() };
  const turn = { batch: String(batch), weight: rowWeight, signal: row.stop.signal };
  const run = async (): Promise<void> => {
    try {
      await turns.run(turn, async () => void (row.runs += 1));
      row.ends.push('run');
    } catch {
      row.ends.push('rejected');
    }
  };
  void run();
  return row;
}

type Disturbance = Extract<
  typeof happening extends fc.Arbitrary<infer Each> ? Each : never,
  { at: number }
>;

function disturb(each: Disturbance, endpoint: FakeEndpoint): void {
  switch (each.do) {
    case 'end':
      return void endpoint.end(each.place);
    case 'fail':
      return endpoint.failNext();
    case 'flip':
      return endpoint.setOpen(each.open);
    case 'budget':
      return endpoint.setBudget(each.budget);
  }
}
