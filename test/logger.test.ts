import { describe, expect, it } from 'vitest';
import { createLogger } from '../src/logger.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger('info', { destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

describe('the log', () => {
  const secrets = [
    'xoxb-123-abc',
    'xapp-1-A-2',
    'Bearer abc.def',
    'sk-live-12345678',
    'redis://:hunter2@redis:6379',
    'https://host/a.jpg?sig=secret',
  ];

  it.each(secrets)('keeps %s out of messages, nested values and error texts', (secret) => {
    const error = new Error(`failed with ${secret}`, { cause: new Error(secret) });
    const text = logged((log) => log.info({ a: { b: { value: secret } }, err: error }, secret));
    expect(text).toContain('failed with');
    for (const part of ['123-abc', '1-A-2', 'abc.def', '12345678', 'hunter2', 'sig=secret']) {
      expect(text).not.toContain(part);
    }
  });

  it('keeps the causes of an error, and leaves out what libraries attach to it', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), {
      code: 'ECONNRESET',
      config: { headers: { authorization: 'secret' } },
    });
    const entry: unknown = JSON.parse(logged((log) => log.error({ err: error }, 'broke')));
    expect(entry).toMatchObject({
      level: 'error',
      err: { message: 'outer', code: 'ECONNRESET', cause: { message: 'inner' } },
    });
    expect(JSON.stringify(entry)).not.toContain('authorization');
  });
});
