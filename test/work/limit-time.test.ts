import { describe, expect, it } from 'vitest';
import { limitTime } from '../../src/work/limit-time.ts';

const { signal: living } = new AbortController();

describe('a step that is to end in time', () => {
  it('rejects where it never comes back, and is told to stop', async () => {
    let told: AbortSignal | undefined;
    const step = limitTime((_id, signal) => {
      told = signal;
      return new Promise(() => {});
    }, 20);
    await expect(step('7', living)).rejects.toThrow('not come to its end in 20 ms');
    expect(told?.aborted).toBe(true);
  });

  it('does as the step does where that comes back', async () => {
    const seen: string[] = [];
    await limitTime(async (id) => void seen.push(id), 60_000)('7', living);
    expect(seen).toEqual(['7']);
    const failing = limitTime(async () => Promise.reject(new Error('no luck')), 60_000);
    await expect(failing('7', living)).rejects.toThrow('no luck');
  });

  it('hears of the end of its process', async () => {
    const ending = new AbortController();
    const step = limitTime(
      (_id, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
      60_000,
    )('7', ending.signal);
    ending.abort();
    await expect(step).rejects.toThrow('aborted');
  });
});
