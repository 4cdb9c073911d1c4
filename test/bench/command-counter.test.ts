import { Redis } from 'ioredis';
import * as fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { createCommandCounter } from './command-counter.ts';
import { startRedisRelay } from './redis-relay.ts';

function toCommand(words: readonly Uint8Array[]): Buffer {
  const parts = words.flatMap((word) => [
    Buffer.from(`$${word.length}\r\n`),
    Buffer.from(word),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

describe('the counter of Redis commands', () => {
  it('counts every command, whatever is in it and however the bytes are cut', () => {
    const word = fc.uint8Array({ maxLength: 30 });
    const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 5 }), { maxLength: 20 });
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 50 }), (sent, pieceLength) => {
        const counter = createCommandCounter();
        const bytes = Buffer.concat(sent.map(toCommand));
        for (let at = 0; at < bytes.length; at += pieceLength) {
          counter.read(bytes.subarray(at, at + pieceLength));
        }
        expect(counter.commands).toBe(sent.length);
      }),
    );
  });

  it('does not guess where a client speaks otherwise', () => {
    expect(() => createCommandCounter().read(Buffer.from('PING\r\n'))).toThrow('does not speak');
  });
});

describe('the relay in front of Redis', () => {
  it('counts what clients send, and not what their scripts do', async () => {
    await using relay = await startRedisRelay(inject('redisUrl'));
    const redis = new Redis(relay.url, { enableReadyCheck: false, lazyConnect: true });
    await redis.connect();
    try {
      await redis.ping();
      const before = relay.commands();
      const script = 'for n = 1, 100 do redis.call("ping") end return 7';
      expect(await redis.eval(script, 0)).toBe(7);
      await redis.pipeline().ping().ping().exec();
      await redis.multi().ping().exec();
      expect(relay.commands() - before).toBe(1 + 2 + 3);
    } finally {
      redis.disconnect();
    }
  });
});
