import { describe, expect, it } from 'vitest';
import { noCounts, type Batch, type Counts } from '../../src/batch/batch.ts';
import { createProgressBar } from '../../src/cli/progress-bar.ts';
import { batch } from '../work/fakes.ts';

function at(counts: Partial<Counts>, parts: Partial<Batch> = {}): Batch {
  return { ...batch, counts: { ...noCounts, total: 100, ...counts }, ...parts };
}

function written(isTTY: boolean, batches: readonly Batch[]): string {
  let text = '';
  const bar = createProgressBar({ isTTY, write: (more: string) => (text += more) });
  for (const one of batches) bar.show(one);
  bar.end();
  return text;
}

describe('the progress bar', () => {
  it('is one line that is drawn over in a terminal', () => {
    const text = written(true, [
      at({ pending: 100 }),
      at({ pending: 50, done: 48, failed: 2 }),
      at({ pending: 50, done: 48, failed: 2 }),
    ]);
    expect(text.split('\n')).toHaveLength(2);
    expect(text.match(/\r/g)).toHaveLength(2);
    expect(text).toContain('50 %, 48 of 100 done, 2 failed');
  });

  it('is a line for every ten per cent elsewhere', () => {
    const batches = Array.from({ length: 101 }, (_, done) => at({ done, pending: 100 - done }));
    const lines = written(false, batches).trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toContain('100 %');
  });

  it('says that it reads the file, and what it waits for', () => {
    const pause = { reason: 'model-away', sinceMs: 0 } as const;
    const text = written(false, [
      { ...batch, counts: noCounts, state: 'reading' },
      at({ done: 50, pending: 50 }, { state: 'paused', pause }),
    ]);
    expect(text).toContain('Reading the file');
    expect(text).toContain('waiting for the model server since');
  });
});
