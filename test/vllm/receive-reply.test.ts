import { Pool } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { receiveReply, ReplyTooLate } from '../../src/vllm/receive-reply.ts';
import { until } from '../support/until.ts';
import { startRawServer } from './raw-server.ts';

const ask = { method: 'GET', path: '/' } as const;
const never = new AbortController().signal;

/** One connection, so that a second request waits for the first one's end. */
function openPool(url: string): Pool {
  const pool = new Pool(url, { connections: 1 });
  onTestFinished(() => pool.destroy());
  return pool;
}

describe('a request that is given up while it waits for a connection', () => {
  it.each(['the signal', 'the deadline'])('by %s rejects at once and is never sent', async (by) => {
    const answers: (() => void)[] = [];
    await using raw = await startRawServer((_asked, response) => {
      answers.push(() => response.end('{}'));
    });
    const pool = openPool(raw.url);
    const first = receiveReply(pool, ask, { signal: never, timeoutMs: 60_000 });
    await until('the first arrives', () => answers.length === 1);
    const stop = new AbortController();
    const reason = new Error('stop');
    const limits = { signal: stop.signal, timeoutMs: by === 'the signal' ? 60_000 : 1 };
    const second = receiveReply(pool, ask, limits);
    if (by === 'the signal') stop.abort(reason);
    await expect(second).rejects.toSatisfy((error) =>
      by === 'the signal' ? error === reason : error instanceof ReplyTooLate,
    );
    answers[0]?.();
    expect(await first).toMatchObject({ status: 200, body: '{}' });
    const third = receiveReply(pool, ask, { signal: never, timeoutMs: 60_000 });
    await until('the third arrives', () => answers.length === 2);
    answers[1]?.();
    await third;
    expect(raw.requests).toHaveLength(2);
  });
});

describe('a reply', () => {
  it('is that of the request itself, also after hints that come before it', async () => {
    await using raw = await startRawServer((_asked, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.writeHead(503, { 'retry-after': '7' }).end('full');
    });
    const reply = receiveReply(openPool(raw.url), ask, { signal: never, timeoutMs: 60_000 });
    expect(await reply).toEqual({ status: 503, body: 'full', retryAfter: '7' });
  });
});
