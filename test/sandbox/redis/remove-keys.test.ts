import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { removeKeys } from '../../../src/sandbox/redis/remove-keys.ts';
import { testRedis } from '../../support/test-redis.ts';

it('removes the keys that hold the name, and no other', async () => {
  const { url, prefix, keys } = testRedis();
  const redis = new Redis(url);
  await redis.mset(`bull:${prefix}-a:1`, 'x', `${prefix}-a`, 'x', `${prefix}-b`, 'x');
  await removeKeys(url, `${prefix}-a`);
  expect(await keys()).toEqual([`${prefix}-b`]);
  redis.disconnect();
});

it('does not wait for a server that is away', async () => {
  await expect(removeKeys('redis://127.0.0.1:1', 'x')).resolves.toBeUndefined();
});
