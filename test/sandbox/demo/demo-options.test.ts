import { describe, expect, it } from 'vitest';
import { parseDemoOptions } from '../../../src/sandbox/demo/demo-options.ts';

describe("the demo's options", () => {
  it('have defaults for everything', () => {
    expect(parseDemoOptions([])).toEqual({
      once: false,
      drop: [],
      say: '',
      out: 'demo-results',
      mode: 'socket',
      gpu: 'steady',
    });
  });

  it('take several files for one message', () => {
    const options = parseDemoOptions(['--once', '--drop', 'a.csv', '--drop', 'b.csv']);
    expect(options?.drop).toEqual(['a.csv', 'b.csv']);
  });

  it('ask for help with --help', () => {
    expect(parseDemoOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--mode', 'smoke'], 'socket or http'],
    [['--drop', 'a.csv'], 'go with --once'],
    [['--dorp', 'a.csv'], '--dorp'],
  ])('refuse %j', (args, reason) => {
    expect(() => parseDemoOptions(args)).toThrow(reason);
  });
});
