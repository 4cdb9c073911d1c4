import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { PipelineRow } from '../../src/work/batch-rows.ts';
import { createPipeline, type PipelineLimits } from '../../src/work/pipeline.ts';
import type { RowPlace } from '../../src/work/row-place.ts';

const limits: PipelineLimits = {
  rowsAhead: 10,
  maxBytes: 1000,
  maxPerHost: 4,
  slowMs: 60_000,
  maxSlow: 100,
  maxHeldOfBatch: 200,
  maxHeld: 1000,
};

/** Everything that is under way without the test's doing has run. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

interface TestRow extends PipelineRow {
  readonly place: RowPlace | undefined;
  runs: number;
  end(): void;
}

function rowOf(batch: string, hosts = ''): TestRow {
  const ended = Promise.withResolvers<void>();
  let place: RowPlace | undefined;
  const row: TestRow = {
    batch,
    hosts,
    runs: 0,
    get place() {
      return place;
    },
    end: ended.resolve,
    async run(given) {
      row.runs += 1;
      place = given;
      await ended.promise;
    },
  };
  return row;
}

function rowsOf(batch: string, count: number, hosts?: string): TestRow[] {
  return Array.from({ length: count }, (_, index) => rowOf(batch, hosts ?? `host ${index}`));
}

const countStarted = (rows: readonly TestRow[]): number =>
  rows.filter(({ runs }) => runs > 0).length;

/** A request of the row is under way until the returned function is called. */
function send(row: TestRow | undefined): () => void {
  const answered = Promise.withResolvers<void>();
  row?.place?.prepared(1);
  void row?.place?.send(() => answered.promise);
  return answered.resolve;
}

describe('the pipeline of rows that are prepared ahead', () => {
  it('starts as many rows as there is room for, and another when one has come to its end', async () => {
    const pipeline = createPipeline(limits, () => {});
    const rows = rowsOf('a', 30);
    pipeline.add(rows);
    expect(countStarted(rows)).toBe(10);
    rows[3]?.end();
    await settle();
    expect(countStarted(rows)).toBe(11);
  });

  it('has room for five more rows for four requests that are under way', async () => {
    const pipeline = createPipeline(limits, () => {});
    const rows = rowsOf('a', 30);
    pipeline.add(rows);
    const answer = send(rows[0]);
    for (const row of rows.slice(1, 4)) send(row);
    expect(countStarted(rows)).toBe(15);
    answer();
    await settle();
    rows[0]?.end();
    await settle();
    expect(countStarted(rows)).toBe(15);
  });

  it('gives a batch that comes later its share at once, however full it is', () => {
    const pipeline = createPipeline(limits, () => {});
    pipeline.add(rowsOf('large', 100));
    const small = rowsOf('small', 20);
    pipeline.add(small);
    expect(countStarted(small)).toBe(5);
    const third = rowsOf('third', 20);
    pipeline.add(third);
    expect(countStarted(third)).toBe(4);
  });

  it('gives room that comes free to the batch that has the fewest rows in it', async () => {
    const pipeline = createPipeline(limits, () => {});
    const large = rowsOf('large', 100);
    const small = rowsOf('small', 20);
    pipeline.add(large);
    pipeline.add(small);
    for (const row of large.slice(0, 8)) row.end();
    await settle();
    expect([countStarted(large), countStarted(small)]).toEqual([13, 5]);
  });

  it('prepares only so many rows of one host at once, and others past them', async () => {
    const pipeline = createPipeline(limits, () => {});
    const slow = rowsOf('a', 50, 'slow');
    const quick = rowsOf('a', 50, 'quick');
    pipeline.add([...slow, ...quick]);
    expect([countStarted(slow), countStarted(quick)]).toEqual([4, 4]);
    quick[0]?.place?.prepared(1);
    expect([countStarted(slow), countStarted(quick)]).toEqual([4, 5]);
    slow[0]?.end();
    await settle();
    expect(countStarted(slow)).toBe(5);
  });

  it('does not count rows that are long in preparation against the others’ room, until they are ready', async () => {
    const pipeline = createPipeline({ ...limits, maxPerHost: 10, slowMs: 1 }, () => {});
    const slow = rowsOf('a', 10, 'slow');
    const quick = rowsOf('b', 50, 'quick');
    pipeline.add(slow);
    pipeline.add(quick);
    for (const row of quick) row.place?.prepared(1);
    // Its share would be 5.
    await vi.waitFor(() => expect(countStarted(quick)).toBeGreaterThanOrEqual(10));
    for (const row of slow) row.place?.prepared(1);
    const started = countStarted(quick);
    quick[0]?.end();
    await settle();
    expect(countStarted(quick)).toBe(started);
  });

  it('bounds how many slow rows do not count', async () => {
    const pipeline = createPipeline({ ...limits, slowMs: 1, maxSlow: 5 }, () => {});
    const rows = rowsOf('a', 50);
    pipeline.add(rows);
    await vi.waitFor(() => expect(countStarted(rows)).toBe(15));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(countStarted(rows)).toBe(15);
    // They take the place of those that have ended, however long they have been slow before.
    for (const row of rows.slice(0, 5)) row.end();
    await vi.waitFor(() => expect(countStarted(rows)).toBe(20));
  });

  it('starts nothing while prepared pictures take all bytes, but for a batch below its share of them', () => {
    const pipeline = createPipeline(limits, () => {});
    const large = rowsOf('large', 30);
    pipeline.add(large);
    const answer = send(large[0]);
    expect(countStarted(large)).toBe(12);
    large[1]?.place?.prepared(1000);
    send(large[2]);
    expect(countStarted(large)).toBe(12);
    const small = rowsOf('small', 1);
    pipeline.add(small);
    expect(countStarted(small)).toBe(1);
    void large[1]?.place?.send(() => new Promise(() => {}));
    expect(countStarted(large)).toBeGreaterThan(12);
    answer();
  });

  it('lets others have the room of a parked row, its bytes too, and takes it back at once', async () => {
    const pipeline = createPipeline({ ...limits, rowsAhead: 1 }, () => {});
    const rows = rowsOf('a', 5);
    pipeline.add(rows);
    const [first, second] = rows;
    const place = first?.place;
    place?.prepared(1000);
    place?.park();
    place?.park();
    expect(countStarted(rows)).toBe(2);
    place?.comeBack();
    second?.end();
    await settle();
    expect(countStarted(rows)).toBe(2);
    first?.end();
    await settle();
    expect(countStarted(rows)).toBe(3);
  });

  it('takes rows out that were not started, and no others', () => {
    const pipeline = createPipeline(limits, () => {});
    const rows = rowsOf('a', 30);
    pipeline.add(rows);
    expect(pipeline.drop(rows)).toEqual(rows.slice(10));
    expect(pipeline.drop(rows)).toEqual([]);
    expect(countStarted(rows)).toBe(10);
  });

  it('wants more rows of a batch that runs short of those that can be started', async () => {
    let hungry = 0;
    const pipeline = createPipeline(limits, () => (hungry += 1));
    const rows = rowsOf('a', 20);
    pipeline.add(rows);
    expect(pipeline.sated()).toEqual(['a']);
    expect(hungry).toBe(0);
    rows[0]?.end();
    await settle();
    expect(pipeline.sated()).toEqual([]);
    expect(hungry).toBe(1);
    rows[1]?.end();
    await settle();
    expect(hungry).toBe(1);
  });

  it('wants more rows of a batch whose rows wait for one host, up to a bound, and of others beyond it', () => {
    const pipeline = createPipeline(limits, () => {});
    pipeline.add(rowsOf('a', 150, 'slow'));
    expect(pipeline.sated()).toEqual([]);
    pipeline.add(rowsOf('a', 50, 'slow'));
    expect(pipeline.sated()).toEqual(['a']);
    for (const batch of 'bcdef') pipeline.add(rowsOf(batch, 180, 'slow'));
    expect(pipeline.sated()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    pipeline.add(rowsOf('g', 8, 'slow'));
    expect(pipeline.sated()).not.toContain('g');
  });
});

type Step =
  | { readonly do: 'add'; readonly batch: number; readonly host: number; readonly rows: number }
  | { readonly do: 'prepare' | 'send' | 'park' | 'back' | 'end' | 'drop'; readonly row: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    batch: fc.nat(3),
    host: fc.nat(3),
    rows: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({
    do: fc.constantFrom('prepare', 'send', 'park', 'back', 'end', 'drop'),
    row: fc.nat(400),
  }),
);

function take(each: Exclude<Step, { do: 'add' }>, row: TestRow): void {
  const { place } = row;
  if (place === undefined) return;
  if (each.do === 'prepare') place.prepared(100);
  if (each.do === 'send') void place.send(async () => {});
  if (each.do === 'park') place.park();
  if (each.do === 'back') place.comeBack();
  if (each.do === 'end') row.end();
}

describe('the pipeline whatever rows do', () => {
  it('runs every row once that is not taken out, and is empty in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const pipeline = createPipeline(limits, () => {});
        const rows: TestRow[] = [];
        const dropped = new Set<PipelineRow>();
        for (const each of steps) {
          if (each.do === 'add') {
            const added = rowsOf(String(each.batch), each.rows, String(each.host));
            rows.push(...added);
            pipeline.add(added);
            continue;
          }
          const row = rows[each.row % Math.max(rows.length, 1)];
          if (row === undefined) continue;
          if (each.do === 'drop') for (const out of pipeline.drop([row])) dropped.add(out);
          else take(each, row);
          await settle();
        }
        for (let before = -1; before !== countStarted(rows); await settle()) {
          before = countStarted(rows);
          for (const row of rows) if (row.runs > 0) row.end();
          await settle();
        }
        expect(rows.every((row) => row.runs === (dropped.has(row) ? 0 : 1))).toBe(true);
        const last = rowsOf('last', 15);
        pipeline.add(last);
        expect(countStarted(last)).toBe(10);
        expect(pipeline.sated()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
