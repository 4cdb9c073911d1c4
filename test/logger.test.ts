import { describe, expect, it } from 'vitest';
import type { Batch } from '../src/batch/batch.ts';
import { audit, createLogger } from '../src/logger.ts';
import { batch } from './work/fakes.ts';

function logged(
  write: (log: ReturnType<typeof createLogger>) => void,
  secrets: readonly string[] = [],
): string {
  const lines: string[] = [];
  write(createLogger('info', { destination: { write: (line) => void lines.push(line) }, secrets }));
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
    'xoxe.xoxp-1-rotating',
    'Basic dXNlcjpwYXNz',
    'REDISS://user:hunter2@redis',
    'https://hooks.slack.com/commands/T1/123/answerable',
    'https://files.slack.com/upload/v1/uploadable',
    'signing_secret=8f742231b10e',
    'X-Slack-Signature: v0=a2114d57b4',
  ];

  it.each(secrets)('keeps %s out of messages, nested values and error texts', (secret) => {
    const error = new Error(`failed with ${secret}`, { cause: new Error(secret) });
    const text = logged((log) => log.info({ a: { b: { value: secret } }, err: error }, secret));
    expect(text).toContain('failed with');
    const parts = ['123-abc', '1-A-2', 'abc.def', '12345678', 'hunter2', 'sig=secret', 'rotating'];
    parts.push('dXNlcjpwYXNz', 'answerable', 'uploadable', '8f742231b10e', 'a2114d57b4');
    for (const part of parts) expect(text).not.toContain(part);
  });

  it('keeps secrets out that it was told, whatever they look like and however they are written', () => {
    const secret = 'p@ss "word"/1';
    const forms = [secret, encodeURIComponent(secret)];
    const text = logged(
      (log) => {
        for (const form of forms) log.info({ value: form, err: new Error(form) }, form);
      },
      [secret, 'ab'],
    );
    expect(text).toContain('[secret]');
    for (const part of ['word', 'p@ss', 'p%40ss']) expect(text).not.toContain(part);
    expect(logged((log) => log.info({}, 'a cab'), ['ab'])).toContain('a cab');
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

describe('an audit line', () => {
  it('says who did what to which file where, and nothing of what is in it', () => {
    const file = { id: 'F1', name: 'margins-2026.csv' };
    const told: Batch = {
      ...batch,
      fileHash: 'a'.repeat(64),
      model: 'qwen3-vl',
      drop: { ...batch.drop, files: [file], text: 'prompt: a trade secret' },
    };
    const text = logged((log) => audit(log, { event: 'purge', batch: told, by: 'U9' }));
    expect(JSON.parse(text)).toEqual({
      level: 'info',
      time: expect.any(String),
      audit: true,
      event: 'purge',
      by: 'U9',
      batch: '7',
      team: 'T1',
      channel: 'C1',
      thread: '1.1',
      uploader: 'U1',
      fileHash: 'a'.repeat(64),
      model: 'qwen3-vl',
      version: expect.stringMatching(/^\d+\.\d+/u),
      msg: 'audit: purge',
    });
  });
});
