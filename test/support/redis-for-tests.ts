// One Redis for the whole test run: REDIS_URL where it is set, else a private one. What tests leave
// behind in it fails the run.

import { Redis } from 'ioredis';
import type { TestProject } from 'vitest/node';
import { provideRedis, type ProvidedRedis } from '../../src/sandbox/redis/redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

let provided: ProvidedRedis | undefined;

export async function setup(project: TestProject): Promise<void> {
  provided = await provideRedis(process.env['REDIS_URL']);
  project.provide('redisUrl', provided.url);
}

export async function teardown(): Promise<void> {
  if (provided === undefined) return;
  try {
    if (provided.isPrivate) await expectEmpty(provided.url);
  } finally {
    await provided.stop();
  }
}

/** Nobody else uses a private server, so every key in it is one that a test has leaked. */
async function expectEmpty(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    const left = await client.keys('*');
    if (left.length > 0) {
      const names = left.slice(0, 20).join('\n  ');
      process.exitCode = 1;
      throw new Error(`${left.length} keys were left in Redis after the tests:\n  ${names}`);
    }
  } finally {
    client.disconnect();
  }
}
