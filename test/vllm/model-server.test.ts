import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import type { CompletionRequest } from '../../src/batch/completion.ts';
import {
  createModelServer,
  type ModelServer,
  type ModelServerOptions,
} from '../../src/vllm/model-server.ts';
import { sendJson, startRawServer, toCompletion, type RawRequest } from './raw-server.ts';

const never = new AbortController().signal;
const logged: object[] = [];
const log = {
  info: (entry: object) => void logged.push(entry),
  warn: (entry: object) => void logged.push(entry),
  error: (entry: object) => void logged.push(entry),
};

const servers: ModelServer[] = [];

function open(options: Omit<ModelServerOptions, 'log'>): ModelServer {
  const server = createModelServer({ log, ...options });
  servers.push(server);
  return server;
}

afterEach(async () => {
  logged.length = 0;
  await Promise.all(servers.splice(0).map(async (server) => server.close()));
});

const request: CompletionRequest = {
  system: 'Write a title.',
  images: [{ bytes: Buffer.from('picture'), hash: 'abc123' }],
  text: 'name: lamp',
  outputs: [{ name: 'title', header: 'title', list: false }],
  sampling: { maxTokens: 300, temperature: 0.3, topP: 0.9 },
};

const models = { object: 'list', data: [{ id: 'first' }, { id: 'second' }] };

/** A server with everything in order, but for what `other` does. */
async function startHealthy(
  other: (request: RawRequest) => { status: number; body: unknown } | undefined = () => undefined,
): ReturnType<typeof startRawServer> {
  return startRawServer((asked, response) => {
    const replies: Record<string, unknown> = {
      '/health': {},
      '/v1/models': models,
      '/v1/chat/completions': toCompletion('{}'),
    };
    const reply = other(asked) ?? { status: 200, body: replies[asked.path] };
    sendJson(response, reply.status, reply.body);
  });
}

describe('complete', () => {
  it('sends shared text, pictures, the row’s text, the schema and every parameter', async () => {
    await using raw = await startHealthy();
    const server = open({ url: raw.url, apiKey: 'key', model: 'qwen' });
    expect(await server.complete(request, never)).toMatchObject({
      kind: 'answer',
      model: 'qwen',
      content: '{}',
      truncated: false,
      usage: { promptTokens: 12, completionTokens: 3 },
    });
    const [sent] = raw.requests;
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer key',
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      model: 'qwen',
      messages: [
        { role: 'system', content: 'Write a title.' },
        {
          role: 'user',
          content: [
            {
              type: 'image_url',
              image_url: { url: 'data:image/jpeg;base64,cGljdHVyZQ==' },
              uuid: 'abc123',
            },
            { type: 'text', text: 'name: lamp' },
          ],
        },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'row',
          strict: true,
          schema: {
            type: 'object',
            properties: { title: { type: 'string' } },
            required: ['title'],
            additionalProperties: false,
          },
        },
      },
      max_tokens: 300,
      temperature: 0.3,
      top_p: 0.9,
      top_k: 20,
      stream: false,
    });
  });

  it('sends no empty text part and no key that it does not have', async () => {
    await using raw = await startHealthy();
    await open({ url: raw.url, model: 'qwen' }).complete({ ...request, text: '' }, never);
    expect(raw.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(raw.requests[0]?.body).not.toContain('"type":"text"');
  });

  it.each(['', '/', '/v1', '/v1/'])('understands an address that ends with "%s"', async (end) => {
    await using raw = await startHealthy();
    await open({ url: raw.url + end, model: 'qwen' }).complete(request, never);
    expect(raw.requests[0]?.path).toBe('/v1/chat/completions');
  });

  it('keeps a path in front, as behind a router', async () => {
    await using raw = await startHealthy();
    await open({ url: `${raw.url}/gpu-1/v1`, model: 'qwen' }).complete(request, never);
    expect(raw.requests[0]?.path).toBe('/gpu-1/v1/chat/completions');
  });

  it('gives up at the deadline, also while the answer drips', async () => {
    await using raw = await startRawServer((_asked, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const result = await open({ url: raw.url, model: 'qwen', requestTimeoutMs: 100 }).complete(
      request,
      never,
    );
    expect(result).toMatchObject({ kind: 'retry', fault: { code: 'E_MODEL_TIMEOUT' } });
  });

  it('reads no more than a megabyte of an answer', async () => {
    await using raw = await startRawServer((_asked, response) => {
      response.end(Buffer.alloc(2_000_000, 0x20));
    });
    expect(await open({ url: raw.url, model: 'qwen' }).complete(request, never)).toMatchObject({
      kind: 'retry',
      fault: { code: 'E_MODEL_BAD_OUTPUT' },
    });
  });

  it('finds the server away when nothing listens', async () => {
    const raw = await startHealthy();
    await raw[Symbol.asyncDispose]();
    expect(await open({ url: raw.url, model: 'qwen' }).complete(request, never)).toEqual({
      kind: 'away',
      cause: 'ECONNREFUSED',
    });
  });

  it.each(['before', 'within'])(
    'finds it away when the connection breaks %s the answer',
    async (at) => {
      await using raw = await startRawServer((_asked, response) => {
        if (at === 'before') response.destroy();
        else response.write('{"choices":', () => response.destroy());
      });
      const result = await open({ url: raw.url, model: 'qwen' }).complete(request, never);
      expect(result).toMatchObject({ kind: 'away' });
    },
  );

  it('breaks off a request under way and rejects with the signal’s reason', async () => {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    await using raw = await startRawServer((_asked, response) => {
      response.on('close', close);
      arrive();
    });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    void arrived.then(() => controller.abort(reason));
    const work = open({ url: raw.url, model: 'qwen' }).complete(request, controller.signal);
    await expect(work).rejects.toBe(reason);
    await closed;
  });

  it('sends nothing for a signal that has come already', async () => {
    await using raw = await startHealthy();
    const reason = new Error('cancelled');
    const work = open({ url: raw.url, model: 'qwen' }).complete(request, AbortSignal.abort(reason));
    await expect(work).rejects.toBe(reason);
    expect(raw.requests).toEqual([]);
  });

  it('can have hundreds of requests under way at once', async () => {
    const held: (() => void)[] = [];
    await using raw = await startRawServer((_asked, response) => {
      held.push(() => sendJson(response, 200, toCompletion('{}')));
    });
    const server = open({ url: raw.url, model: 'qwen' });
    const work = Array.from({ length: 300 }, async () => server.complete(request, never));
    await until('all requests arrive', () => held.length === 300);
    for (const answer of held) answer();
    const kinds = (await Promise.all(work)).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['answer']));
  });

  it('logs what failed without anything of the row in it', async () => {
    await using raw = await startHealthy(() => ({ status: 500, body: 'name: lamp' }));
    await open({ url: raw.url, model: 'qwen', apiKey: 'key' }).complete(request, never);
    expect(logged).toEqual([{ request: expect.any(String), kind: 'retry', code: 'E_MODEL_ERROR' }]);
  });
});

describe('the model’s name', () => {
  it('is the first one that the server lists, asked for once', async () => {
    await using raw = await startHealthy();
    const server = open({ url: raw.url });
    expect(await server.complete(request, never)).toMatchObject({ model: 'first' });
    expect(await server.complete(request, never)).toMatchObject({ model: 'first' });
    expect(raw.requests.map(({ path }) => path)).toEqual([
      '/v1/models',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
  });

  it('is asked for again after the server has refused it', async () => {
    let served = 'old';
    await using raw = await startHealthy(({ path, body }) => {
      if (path === '/v1/models') return { status: 200, body: { data: [{ id: served }] } };
      if (body.includes(`"${served}"`)) return undefined;
      return { status: 404, body: { error: { message: 'The model does not exist.' } } };
    });
    const server = open({ url: raw.url });
    expect(await server.complete(request, never)).toMatchObject({ model: 'old' });
    served = 'new';
    expect(await server.complete(request, never)).toEqual({
      kind: 'misconfigured',
      cause: '404 The model does not exist.',
    });
    expect(await server.complete(request, never)).toMatchObject({ model: 'new' });
  });

  it.each([
    { status: 401, body: { error: 'Unauthorized' }, kind: 'misconfigured' },
    { status: 200, body: { data: [] }, kind: 'misconfigured' },
    { status: 502, body: 'Bad Gateway', kind: 'away' },
    { status: 500, body: 'Internal error', kind: 'away' },
  ])('unknown for $status with $body: $kind', async ({ kind, ...reply }) => {
    await using raw = await startHealthy(() => reply);
    expect(await open({ url: raw.url }).complete(request, never)).toMatchObject({ kind });
    expect(raw.requests.map(({ path }) => path)).toEqual(['/v1/models']);
  });
});

describe('probe', () => {
  const completions = '/v1/chat/completions';

  it.each([
    { is: 'in order', path: '', status: 0, body: {}, state: 'up' },
    { is: 'without /health', path: '/health', status: 404, body: {}, state: 'up' },
    { is: 'ill', path: '/health', status: 503, body: {}, state: 'away' },
    { is: 'locked', path: '/v1/models', status: 401, body: {}, state: 'misconfigured' },
    { is: 'without a model', path: '/v1/models', status: 200, body: {}, state: 'misconfigured' },
    { is: 'not the model’s', path: completions, status: 404, body: {}, state: 'misconfigured' },
    { is: 'choosy', path: completions, status: 400, body: {}, state: 'misconfigured' },
    { is: 'no model server', path: completions, status: 200, body: {}, state: 'misconfigured' },
    { is: 'failing', path: completions, status: 500, body: {}, state: 'away' },
    { is: 'full', path: completions, status: 429, body: {}, state: 'away' },
    {
      is: 'shutting down',
      path: completions,
      status: 200,
      body: toCompletion('', 'abort'),
      state: 'away',
    },
    {
      is: 'answering with no text',
      path: completions,
      status: 200,
      body: toCompletion('', 'length'),
      state: 'up',
    },
  ])('a server that is $is is $state', async ({ path, status, body, state }) => {
    await using raw = await startHealthy((asked) =>
      asked.path === path ? { status, body } : undefined,
    );
    expect(await open({ url: raw.url }).probe(never)).toBe(state);
  });

  it('a server that does not listen is away', async () => {
    const raw = await startHealthy();
    await raw[Symbol.asyncDispose]();
    expect(await open({ url: raw.url }).probe(never)).toBe('away');
  });

  it('makes the engine produce one token', async () => {
    await using raw = await startHealthy();
    await open({ url: raw.url }).probe(never);
    expect(raw.requests.map(({ path }) => path)).toEqual(['/health', '/v1/models', completions]);
    expect(JSON.parse(raw.requests[2]?.body ?? '')).toMatchObject({
      model: 'first',
      max_tokens: 1,
    });
  });

  it('tells the administrator once what is served instead of the configured model', async () => {
    await using raw = await startHealthy(({ path }) =>
      path === completions ? { status: 404, body: { error: { message: 'No.' } } } : undefined,
    );
    const server = open({ url: raw.url, model: 'mine' });
    await server.probe(never);
    await server.probe(never);
    expect(logged).toEqual([
      { state: 'misconfigured', cause: '404 No. (model mine; served: first, second)' },
    ]);
  });

  it('rejects with the signal’s reason while the server is silent', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    await using raw = await startRawServer(() => controller.abort(reason));
    await expect(open({ url: raw.url }).probe(controller.signal)).rejects.toBe(reason);
  });
});
