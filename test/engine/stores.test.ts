import { expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { readEngineConfig } from '../../src/config.ts';
import { openStores } from '../../src/engine/stores.ts';
import { silent } from '../slack/support.ts';
import { testRedis } from '../support/test-redis.ts';

it('a start on data that another version keeps is refused with a sentence, and touches nothing', async () => {
  const server = testRedis();
  const key = `${server.prefix}:format`;
  const redis = new Redis(server.url);
  await redis.set(key, '99');
  const config = readEngineConfig({
    REDIS_URL: server.url,
    VLLM_URL: 'http://127.0.0.1:1',
    KEY_PREFIX: server.prefix,
  });
  await expect(openStores(config, silent)).rejects.toThrow(
    /^Another version of Darkroom .*form 99/,
  );
  expect(await server.keys()).toEqual([key]);
  redis.disconnect();
});
