import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import {
  buildBody,
  complete,
  postChat,
  serverForTest,
  titleSchema,
  toImagePart,
  toImageUrl,
} from './chat-client.ts';

describe('a completion', () => {
  it('answers from the picture and the text of the row, within the schema', async () => {
    const server = await serverForTest();
    const url = await toImageUrl({ width: 640, height: 480, color: '#c83020' });
    const body = buildBody('Name: mug\nMaterial: clay', [toImagePart(url)], {
      model: server.model,
      response_format: titleSchema,
    });
    const answer = await complete(server, body);
    expect(answer).toMatchObject({ status: 200, finishReason: 'stop', model: server.model });
    const hash = createHash('sha256').update('Name: mug\nMaterial: clay').digest('hex');
    const mark = `simulated · 640x480 #c83020 · Name: mug Material: clay · ${hash.slice(0, 8)}`;
    expect(JSON.parse(answer.content)).toEqual({
      title: mark,
      points: [`${mark} (1)`, `${mark} (2)`, `${mark} (3)`],
    });
  });

  it('counts the tokens of the pictures in the prompt', async () => {
    const server = await serverForTest();
    const [small, large] = await Promise.all([
      toImageUrl({ width: 640, height: 480 }),
      toImageUrl({ width: 1920, height: 1080 }),
    ]);
    const text = await complete(server, buildBody('row'));
    const one = await complete(server, buildBody('row', [toImagePart(small)]));
    const two = await complete(server, buildBody('row', [toImagePart(small), toImagePart(large)]));
    expect(one.usage.prompt_tokens - text.usage.prompt_tokens).toBe(300 + 2);
    expect(two.usage.prompt_tokens - one.usage.prompt_tokens).toBe(2040 + 2);
    expect(two.usage.total_tokens).toBe(two.usage.prompt_tokens + two.usage.completion_tokens);
  });

  it('counts a picture as the request wants it resized', async () => {
    const server = await serverForTest();
    const part = toImagePart(await toImageUrl({ width: 1920, height: 1080 }));
    const size = { shortest_edge: 65_536, longest_edge: 1_048_576 };
    const text = await complete(server, buildBody('row'));
    const resized = await complete(
      server,
      buildBody('row', [part], { mm_processor_kwargs: { size } }),
    );
    expect(resized.usage.prompt_tokens - text.usage.prompt_tokens).toBe(1008 + 2);
  });

  it('sees a picture upright and its transparency on white', async () => {
    const server = await serverForTest();
    const lying = await sharp({
      create: { width: 320, height: 200, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .withMetadata({ orientation: 6 })
      .webp()
      .toBuffer();
    const url = `data:image/webp;base64,${lying.toString('base64')}`;
    const { content } = await complete(server, buildBody('row', [toImagePart(url)]));
    expect(content).toContain('200x320 #ffffff');
  });

  it('reads text only, also as a plain string', async () => {
    const server = await serverForTest();
    const messages = [{ role: 'user', content: 'Say OK' }];
    const { content } = await complete(server, { messages });
    expect(content).toMatch(/^simulated · no picture · Say OK · [0-9a-f]{8}$/u);
  });

  it('takes what stands before the picture for no part of the row', async () => {
    const server = await serverForTest();
    const part = toImagePart(await toImageUrl());
    const content = [{ type: 'text', text: 'shared' }, part, { type: 'text', text: 'own' }];
    await complete(server, { messages: [{ role: 'user', content }] });
    expect(server.calls[0]?.rowText).toBe('own');
  });

  it('stops in the middle of the JSON when max_tokens is too small for it', async () => {
    const server = await serverForTest();
    const more = { response_format: titleSchema, max_tokens: 20 };
    const answer = await complete(server, buildBody('row', [], more));
    expect(answer.finishReason).toBe('length');
    expect(answer.usage.completion_tokens).toBe(20);
    expect(() => JSON.parse(answer.content) as unknown).toThrow(SyntaxError);
  });

  it('clips max_tokens to what the context leaves beside a picture', async () => {
    const server = await serverForTest({ maxModelLen: 350 });
    const part = toImagePart(await toImageUrl({ width: 640, height: 480 }));
    const answer = await complete(
      server,
      buildBody('row', [part], { response_format: titleSchema, max_tokens: 4000 }),
    );
    expect(answer.finishReason).toBe('length');
    expect(answer.usage.total_tokens).toBe(350);
  });

  it('takes its id from the header or the body', async () => {
    const server = await serverForTest();
    const headers = { 'x-request-id': 'row-7' };
    expect((await complete(server, buildBody('row'), { headers })).id).toBe('chatcmpl-row-7');
    const body = buildBody('row', [], { request_id: 'row-8' });
    expect((await complete(server, body, { headers })).id).toBe('chatcmpl-row-8');
    expect(server.calls.map(({ requestId }) => requestId)).toEqual(['row-7', 'row-8']);
  });

  it('remembers a picture by its uuid and wants it again once it is unknown', async () => {
    const server = await serverForTest();
    const url = await toImageUrl({ width: 64, height: 96 });
    await complete(server, buildBody('row', [toImagePart(url, 'u1')]));
    const again = await complete(server, buildBody('row', [toImagePart(null, 'u1')]));
    expect(again.content).toContain('64x96');
    const missing = await postChat(server, buildBody('row', [toImagePart(null, 'u2')]));
    expect(missing.status).toBe(400);
    expect(await missing.text()).toContain('Cache miss for image at index 0');
  });

  it('notes each call: text, pictures, times, how many were in flight', async () => {
    const server = await serverForTest();
    const url = await toImageUrl({ width: 64, height: 96, color: '#102030' });
    await complete(server, buildBody('row', [toImagePart(url)]));
    const [call] = server.calls;
    const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(call).toMatchObject({
      number: 1,
      rowText: 'row',
      pictures: [{ sha256, width: 64, height: 96, color: '#102030' }],
      inFlight: 1,
      result: 200,
    });
    expect(call?.endedMs).toBeGreaterThanOrEqual(call?.startedMs ?? Infinity);
  });

  it('of a client that goes away is dropped, and its place is free', async () => {
    const server = await serverForTest({ times: { maxRunning: 1 } });
    server.faults.next({ hang: true, matching: 'first' });
    const abort = new AbortController();
    const first = postChat(server, buildBody('first'), { signal: abort.signal });
    await vi.waitUntil(() => server.running() === 1);
    const second = complete(server, buildBody('second'));
    await vi.waitUntil(() => server.waiting() === 1);
    abort.abort();
    await expect(first).rejects.toThrow(/abort/u);
    expect((await second).status).toBe(200);
    expect(server.calls.map(({ result }) => result)).toEqual(['disconnected', 200]);
    expect(server.peakInFlight()).toBe(2);
    expect(server.running()).toBe(0);
  });
});
