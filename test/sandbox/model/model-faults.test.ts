import { describe, expect, it, vi } from 'vitest';
import type { ModelFault } from '../../../src/sandbox/model/model-faults.ts';
import { isListening } from '../../support/is-listening.ts';
import {
  buildBody,
  complete,
  postChat,
  serverForTest,
  titleSchema,
  toImagePart,
  toImageUrl,
} from './chat-client.ts';

const asJson = { response_format: titleSchema };

describe('a fault of the model server', () => {
  it('comes as often as it was ordered, in order', async () => {
    const server = await serverForTest();
    server.faults.next({ status: 500 }, 2);
    server.faults.next({ status: 503, retryAfterSeconds: 3 });
    const responses: Response[] = [];
    for (let n = 0; n < 4; n += 1) responses.push(await postChat(server, buildBody('row')));
    expect(responses.map(({ status }) => status)).toEqual([500, 500, 503, 200]);
    expect(responses[2]?.headers.get('retry-after')).toBe('3');
    expect(server.calls.map(({ result }) => result)).toEqual([500, 500, 503, 200]);
  });

  it('may be meant for one text only', async () => {
    const server = await serverForTest();
    server.faults.next({ status: 500, matching: 'lamp' }, Infinity);
    const statusOf = async (text: string): Promise<number> =>
      (await postChat(server, buildBody(text))).status;
    expect(await statusOf('mug')).toBe(200);
    expect(await statusOf('a lamp')).toBe(500);
    expect(await statusOf('a lamp')).toBe(500);
    server.faults.clear();
    expect(await statusOf('a lamp')).toBe(200);
  });

  it.each<{ fault: ModelFault; content: (content: string) => void }>([
    { fault: { emptyContent: true }, content: (content) => expect(content).toBe('') },
    {
      fault: { truncatedJson: true },
      content: (content) => {
        expect(content).toMatch(/^\{"title":"simulated/u);
        expect(() => JSON.parse(content) as unknown).toThrow(SyntaxError);
      },
    },
    {
      fault: { wrongSchema: true },
      content: (content) => expect(JSON.parse(content)).not.toHaveProperty('title'),
    },
  ])('spoils the content of an answer that looks well: $fault', async ({ fault, content }) => {
    const server = await serverForTest();
    server.faults.next(fault);
    const answer = await complete(server, buildBody('row', [], asJson));
    expect(answer).toMatchObject({ status: 200, finishReason: 'stop' });
    content(answer.content);
  });

  it('ends an answer as a shutdown does', async () => {
    const server = await serverForTest();
    server.faults.next({ abort: true });
    const answer = await complete(server, buildBody('row'));
    expect(answer).toMatchObject({ status: 200, finishReason: 'abort', content: '' });
  });

  it('answers with the page of a proxy', async () => {
    const server = await serverForTest();
    server.faults.next({ html: true });
    server.faults.next({ html: true, status: 502 });
    const [one, two] = [
      await postChat(server, buildBody('row')),
      await postChat(server, buildBody('row')),
    ];
    expect([one.status, two.status]).toEqual([200, 502]);
    expect(await one.text()).toContain('<!doctype html>');
  });

  it('resets the connection, or closes it in the middle of the body', async () => {
    const server = await serverForTest();
    server.faults.next({ reset: true });
    server.faults.next({ closeMidBody: true });
    await expect(postChat(server, buildBody('row'))).rejects.toThrow('fetch failed');
    const cut = await postChat(server, buildBody('row'));
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow('terminated');
    expect(server.calls.map(({ result }) => result)).toEqual(['reset', 200]);
  });

  it('keeps a slow request in the engine while others go on', async () => {
    const server = await serverForTest();
    server.faults.next({ slowMs: 600_000, matching: 'slow' });
    const abort = new AbortController();
    const slow = postChat(server, buildBody('slow'), { signal: abort.signal });
    await vi.waitUntil(() => server.running() === 1);
    await complete(server, buildBody('quick'));
    expect(server.calls.map(({ result }) => result)).toEqual([undefined, 200]);
    abort.abort();
    await expect(slow).rejects.toThrow(/abort/u);
  });

  it('kills the engine: what is in flight fails, then the port refuses until it is back', async () => {
    const server = await serverForTest();
    const part = toImagePart(await toImageUrl());
    server.faults.next({ hang: true, matching: 'bystander' });
    server.faults.next({ engineDead: true, matching: 'poison' });
    const bystander = postChat(server, buildBody('bystander'));
    await vi.waitUntil(() => server.running() === 1);
    const poison = await postChat(server, buildBody('poison', [part]));
    for (const response of [await bystander, poison]) {
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({
        error: {
          message: 'EngineCore encountered an issue. See stack trace (above) for the root cause.',
          type: 'InternalServerError',
          param: null,
          code: 500,
        },
      });
    }
    expect(await isListening(server.port)).toBe(false);
    await server.faults.away(false);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await complete(server, buildBody('row'))).status).toBe(200);
  });
});

describe('answers that nobody can read', () => {
  it('are no JSON though they say so', async () => {
    const server = await serverForTest();
    server.faults.next({ garbage: true });
    const answer = await postChat(server, buildBody('row'));
    expect(answer.status).toBe(200);
    await expect(answer.json()).rejects.toThrow(SyntaxError);
  });

  it('go on for 10 MB', async () => {
    const server = await serverForTest();
    server.faults.next({ hugeContent: true });
    const text = await (await postChat(server, buildBody('row'))).text();
    expect(text.length).toBeGreaterThan(10_000_000);
  });

  it('stop in the middle with the connection open', async () => {
    const server = await serverForTest();
    server.faults.next({ stallMidBody: true });
    const answer = await postChat(server, buildBody('row'), {
      signal: AbortSignal.timeout(300),
    });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('timeout');
  });
});

describe('a model server that is away', () => {
  it('refuses connections, drops those under way, and comes back on its port', async () => {
    const server = await serverForTest();
    server.faults.next({ hang: true });
    const hanging = postChat(server, buildBody('row'));
    await vi.waitUntil(() => server.running() === 1);
    await server.faults.away(true);
    await server.faults.away(true);
    await expect(hanging).rejects.toThrow('fetch failed');
    expect(await isListening(server.port)).toBe(false);
    await vi.waitUntil(() => server.running() === 0);
    await server.faults.away(false);
    expect((await complete(server, buildBody('row'))).status).toBe(200);
  });

  it('or answers 503 to everything, as a proxy does for it', async () => {
    const server = await serverForTest();
    await server.faults.away('unavailable');
    expect((await fetch(`${server.url}/health`)).status).toBe(503);
    expect((await postChat(server, buildBody('row'))).status).toBe(503);
    await server.faults.away(false);
    expect((await postChat(server, buildBody('row'))).status).toBe(200);
  });
});

describe('the switches over HTTP', () => {
  it('order and clear faults and show the calls', async () => {
    const server = await serverForTest();
    const order = (body: unknown): Promise<Response> =>
      fetch(`${server.url}/sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await order({ fault: { status: 503 }, times: 5 })).status).toBe(200);
    expect((await postChat(server, buildBody('row'))).status).toBe(503);
    await fetch(`${server.url}/sandbox/faults`, { method: 'DELETE' });
    expect((await postChat(server, buildBody('row'))).status).toBe(200);
    const calls = await (await fetch(`${server.url}/sandbox/calls`)).json();
    expect(calls).toMatchObject([{ result: 503 }, { result: 200 }]);
    expect((await order({ fault: { explode: true } })).status).toBe(400);
  });

  it('send the server away for a while', async () => {
    const server = await serverForTest();
    const response = await fetch(`${server.url}/sandbox/away`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ how: 'unavailable', ms: 50 }),
    });
    expect(response.status).toBe(200);
    const health = async (): Promise<number> => (await fetch(`${server.url}/health`)).status;
    await vi.waitUntil(async () => (await health()) === 503, { interval: 5 });
    await vi.waitUntil(async () => (await health()) === 200, { interval: 5 });
  });
});
