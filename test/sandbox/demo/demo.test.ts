import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

const program = join(import.meta.dirname, '../../../src/sandbox/demo.ts');

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** What the command printed and how it ended; it never rejects. */
async function demo(args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', REDIS_URL: inject('redisUrl') };
  const { promise, resolve } = Promise.withResolvers<Ended>();
  execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
    resolve({ code: Number(error?.code ?? 0), said: out + err }),
  );
  return promise;
}

// Each of these would otherwise wait a minute for a bot that never comes.
describe('npm run demo', () => {
  it.each([
    [['--vllm', 'nonsense'], 'VLLM_URL must be an address'],
    [['--mode', 'http', '--vllm', 'nonsense'], 'VLLM_URL must be an address'],
    [['--drop', '/no/such.csv'], '/no/such.csv cannot be read'],
  ])('with %j says what is wrong and ends with 1', async (args, reason) => {
    const { code, said } = await demo(['--once', ...args]);
    expect(said).toContain(reason);
    expect(code).toBe(1);
  });
});
