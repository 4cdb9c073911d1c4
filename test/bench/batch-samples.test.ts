import { describe, expect, it } from 'vitest';
import { meanOf, toCpuShares, type SampledBatch } from './batch-samples.ts';

/** Samples a second apart, in which the bot works 500 ms and the machine 1,200 ms each second. */
function batch(fromMs: number, toMs: number): SampledBatch {
  const samples = Array.from({ length: 10 }, (_, second) => ({
    atMs: second * 1000,
    cpuMs: second * 500,
    machineCpuMs: second * 1200,
    rssMb: 100,
    atServer: second,
    waitingAtServer: 0,
    budget: 64,
    inFlight: 60,
  }));
  return { run: { samples }, window: { fromMs, toMs } };
}

describe('the samples of batches', () => {
  it('give shares of all cores over the steady parts', () => {
    expect(toCpuShares([batch(2000, 8000), batch(0, 3000)], 2)).toEqual({
      bot: 0.25,
      machine: 0.6,
    });
  });

  it('leave out what they do not tell', () => {
    const { run, window } = batch(0, 9000);
    const samples = run.samples.map((sample) => ({ ...sample, machineCpuMs: undefined }));
    expect(toCpuShares([{ run: { samples }, window }], 2)).toEqual({
      bot: 0.25,
      machine: undefined,
    });
  });

  it('give means over the steady parts alone', () => {
    expect(meanOf([batch(2000, 4000)], ({ atServer }) => atServer)).toBe(3);
  });
});
