import { Registry, collectDefaultMetrics } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  parseMachineCpuMs,
  parseMetricsUsage,
  parseProcUsage,
  readMetric,
} from './process-usage.ts';

const stat = '4711 (node (a) b) S 1 1 1 0 -1 4194304 1 0 0 0 250 50 7 8 20 0 11 0 100 5 6';
const status = 'Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\nThreads:\t11\n';

describe('what a process has taken', () => {
  it('is read from /proc, whatever the program is called', () => {
    expect(parseProcUsage(stat, status)).toEqual({ cpuMs: 3000, rssMb: 100, peakRssMb: 200 });
  });

  it('is not made up where /proc tells something else', () => {
    expect(() => parseProcUsage(stat, 'Name:\tnode\n')).toThrow('no text of /proc');
  });

  it('is read from the metrics of a Node process', async () => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    const usage = parseMetricsUsage(await register.metrics());
    expect(usage.cpuMs).toBeGreaterThan(0);
    expect(usage.rssMb).toBeGreaterThan(10);
  });

  it('says which metric is missing', () => {
    expect(() => readMetric('other 1\n', 'wanted')).toThrow('wanted');
  });
});

describe('what the machine has worked', () => {
  it('leaves out what it waited and idled', () => {
    const text = 'cpu  100 10 50 9999 888 5 5 0 0 0\ncpu0 1 1 1 1 1 1 1 0 0 0\n';
    expect(parseMachineCpuMs(text)).toBe(1700);
  });
});
