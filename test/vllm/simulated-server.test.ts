import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { parseAnswer } from '../../src/batch/answer.ts';
import {
  startModelServer,
  type ModelServer as Simulated,
} from '../../src/sandbox/model/model-server.ts';
import type { CompletionRequest } from '../../src/batch/completion.ts';
import { createModelServer, type ModelServer } from '../../src/vllm/model-server.ts';

const never = new AbortController().signal;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const outputs = [
  { name: 'title', header: 'title', list: false },
  { name: 'tags', header: 'tags', list: true },
];

let simulated: Simulated;
let server: ModelServer;
let request: CompletionRequest;

beforeAll(async () => {
  simulated = await startModelServer({ apiKey: 'key' });
  server = createModelServer({ url: simulated.url, apiKey: 'key', log });
  const bytes = await sharp({
    create: { width: 96, height: 64, channels: 3, background: '#ff0000' },
  })
    .jpeg()
    .toBuffer();
  request = {
    system: 'Describe the picture.',
    images: [{ bytes, hash: 'f'.repeat(64) }],
    text: 'name: red thing',
    outputs,
    sampling: { maxTokens: 300, temperature: 0.3, topP: 0.9 },
  };
});

afterEach(async () => {
  simulated.faults.clear();
  await simulated.faults.away(false);
});

afterAll(async () => {
  await server.close();
  await simulated.close();
});

describe('the model server, simulated', () => {
  it('answers what the picture and the row show, in the requested form', async () => {
    const result = await server.complete(request, never);
    expect(result).toMatchObject({ kind: 'answer', model: simulated.model, truncated: false });
    const fields = parseAnswer('content' in result ? result.content : '', outputs);
    expect(fields).toHaveLength(2);
    expect(JSON.stringify(fields)).toContain('96x64');
    expect(JSON.stringify(fields)).toContain('name: red thing');
  });

  it('is up', async () => {
    expect(await server.probe(never)).toBe('up');
  });

  it('refuses a wrong key', async () => {
    const locked = createModelServer({ url: simulated.url, apiKey: 'wrong', log });
    expect(await locked.probe(never)).toBe('misconfigured');
    expect(await locked.complete(request, never)).toMatchObject({ kind: 'misconfigured' });
    await locked.close();
  });

  it('refuses a model that it does not serve', async () => {
    const other = createModelServer({
      url: simulated.url,
      apiKey: 'key',
      model: 'another',
      log,
    });
    expect(await other.complete(request, never)).toMatchObject({ kind: 'misconfigured' });
    expect(await other.probe(never)).toBe('misconfigured');
    await other.close();
  });

  it('rejects a picture that is none, and says so', async () => {
    const images = [{ bytes: Buffer.from('no picture'), hash: '0'.repeat(64) }];
    const result = await server.complete({ ...request, images }, never);
    expect(result).toMatchObject({ kind: 'rejected', fault: { code: 'E_MODEL_REJECTED' } });
  });

  it('cuts an answer at max_tokens', async () => {
    const sampling = { ...request.sampling, maxTokens: 3 };
    expect(await server.complete({ ...request, sampling }, never)).toMatchObject({
      kind: 'answer',
      truncated: true,
    });
  });

  it.each([
    { fault: { status: 500 }, result: { kind: 'retry', fault: { code: 'E_MODEL_ERROR' } } },
    { fault: { status: 503 }, result: { kind: 'away', busy: true } },
    { fault: { status: 429, retryAfterSeconds: 3 }, result: { kind: 'away', afterMs: 3000 } },
    { fault: { html: true }, result: { kind: 'retry', fault: { code: 'E_MODEL_BAD_OUTPUT' } } },
    { fault: { html: true, status: 502 }, result: { kind: 'away', cause: '502' } },
    { fault: { reset: true }, result: { kind: 'away' } },
    { fault: { closeMidBody: true }, result: { kind: 'away' } },
    { fault: { emptyContent: true }, result: { kind: 'retry' } },
    { fault: { abort: true }, result: { kind: 'away' } },
    { fault: { engineDead: true }, result: { kind: 'away', cause: 'engine died' } },
  ] as const)('with the fault $fault gives $result', async ({ fault, result }) => {
    simulated.faults.next(fault);
    expect(await server.complete(request, never)).toMatchObject(result);
  });

  it.each(['refused', 'unavailable'] as const)(
    'is away when it is %s, and up again',
    async (how) => {
      await simulated.faults.away(how);
      expect(await server.probe(never)).toBe('away');
      expect(await server.complete(request, never)).toMatchObject({ kind: 'away' });
      await simulated.faults.away(false);
      expect(await server.probe(never)).toBe('up');
    },
  );

  it('stops working on a request that was given up', async () => {
    simulated.faults.next({ hang: true });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const before = simulated.calls.length;
    const work = server.complete(request, controller.signal);
    const abort = until('the request arrives', () => simulated.calls.length > before).then(() =>
      controller.abort(reason),
    );
    await expect(work).rejects.toBe(reason);
    await abort;
    await until(
      'the server sees the client go',
      () => simulated.calls.at(-1)?.result === 'disconnected',
    );
  });
});
