import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  buildBody,
  complete,
  postChat,
  serverForTest,
  toImagePart,
  toImageUrl,
} from './chat-client.ts';

const jpegUrl = 'data:image/jpeg;base64,';
const good = await toImageUrl();
const cutJpeg = await sharp({
  create: { width: 200, height: 200, channels: 3, background: '#aaa' },
})
  .jpeg()
  .toBuffer();
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
const strip = await toImageUrl({ width: 2010, height: 10 });

function toSchema(schema: object): object {
  return { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } };
}

interface Refused {
  readonly title: string;
  readonly body: unknown;
  readonly status: number;
  readonly error: object;
}

const refusals: readonly Refused[] = [
  {
    title: 'an unknown model',
    body: buildBody('row', [], { model: 'other' }),
    status: 404,
    error: {
      message: 'The model `other` does not exist.',
      type: 'NotFoundError',
      param: 'model',
      code: 404,
    },
  },
  {
    title: 'base64 with a wrong digit',
    body: buildBody('row', [toImagePart(`${jpegUrl}ab*d`)]),
    status: 400,
    error: { message: 'Non-base64 digit found', type: 'BadRequestError', param: null, code: 400 },
  },
  {
    title: 'base64 of a wrong length',
    body: buildBody('row', [toImagePart(`${jpegUrl}abcde`)]),
    status: 400,
    error: { message: 'Incorrect padding' },
  },
  {
    title: 'a data URL without base64',
    body: buildBody('row', [toImagePart('data:image/svg+xml,<svg/>')]),
    status: 501,
    error: {
      message: 'Only base64 data URLs are supported for now.',
      type: 'NotImplementedError',
    },
  },
  {
    title: 'bytes that are no picture',
    body: buildBody('row', [toImagePart(jpegUrl + Buffer.from('hello').toString('base64'))]),
    status: 400,
    error: {
      message: 'Failed to load image: cannot identify image file <_io.BytesIO object>',
      type: 'BadRequestError',
    },
  },
  {
    title: 'a drawing, which the real server does not read either',
    body: buildBody('row', [toImagePart(jpegUrl + svg.toString('base64'))]),
    status: 400,
    error: { message: expect.stringContaining('cannot identify image file') },
  },
  {
    title: 'a truncated picture',
    body: buildBody('row', [toImagePart(jpegUrl + cutJpeg.subarray(0, -200).toString('base64'))]),
    status: 400,
    error: { message: 'Failed to load image: image file is truncated' },
  },
  {
    title: 'a strip of a picture',
    body: buildBody('row', [toImagePart(strip)]),
    status: 400,
    error: {
      message: expect.stringContaining('absolute aspect ratio must be smaller than 200, got 201'),
    },
  },
  {
    title: 'more than four pictures',
    body: buildBody(
      'row',
      Array.from({ length: 5 }, () => toImagePart(good)),
    ),
    status: 400,
    error: {
      message:
        'At most 4 image(s) may be provided in one prompt. Set `--limit-mm-per-prompt` to increase this limit.',
      param: 'image',
    },
  },
  {
    title: 'a picture by its address',
    body: buildBody('row', [toImagePart('http://127.0.0.1:1/a.jpg')]),
    status: 422,
    error: { type: 'UnprocessableEntityError', param: 'image_url' },
  },
  {
    title: 'a local file',
    body: buildBody('row', [toImagePart('file:///etc/passwd')]),
    status: 500,
    error: { type: 'InternalServerError' },
  },
  {
    title: 'a text that is too long',
    body: buildBody('word '.repeat(2000)),
    status: 400,
    error: {
      message: expect.stringMatching(/^This model's maximum context length is 2000 tokens/u),
      param: 'input_tokens',
    },
  },
  {
    title: 'a text that leaves no room for the tokens asked for',
    body: buildBody('row', [], { max_tokens: 1999 }),
    status: 400,
    error: { message: expect.stringContaining('you requested 1999 output tokens') },
  },
  {
    title: 'pictures that are too long together',
    body: buildBody(
      'row',
      await Promise.all(
        [1, 2].map(async () => toImagePart(await toImageUrl({ width: 1024, height: 1024 }))),
      ),
    ),
    status: 400,
    error: {
      message: expect.stringMatching(
        /^The decoder prompt \(length 20\d\d\) is longer than the maximum model length of 2000/u,
      ),
    },
  },
  {
    title: 'a schema that it cannot compile',
    body: buildBody('row', [], toSchema({ type: 'string', pattern: 'a' })),
    status: 400,
    error: { message: expect.stringContaining('not supported by xgrammar') },
  },
  {
    title: 'two kinds of structured outputs',
    body: buildBody('row', [], { structured_outputs: { json: {}, choice: ['a'] } }),
    status: 400,
    error: { type: 'BadRequestError' },
  },
  {
    title: 'a negative temperature',
    body: buildBody('row', [], { temperature: -1 }),
    status: 400,
    error: { message: 'temperature must be non-negative, got -1.', param: 'temperature' },
  },
  {
    title: 'a top_p above 1',
    body: buildBody('row', [], { top_p: 1.5 }),
    status: 400,
    error: { message: 'top_p must be in (0, 1], got 1.5.', param: 'top_p' },
  },
  {
    title: 'no tokens at all',
    body: buildBody('row', [], { max_tokens: 0 }),
    status: 400,
    error: { message: 'max_tokens must be at least 1, got 0.', param: 'max_tokens' },
  },
  {
    title: 'streaming',
    body: buildBody('row', [], { stream: true }),
    status: 400,
    error: { message: expect.stringContaining('send stream false') },
  },
  {
    title: 'a body without messages',
    body: {},
    status: 400,
    error: { message: expect.stringMatching(/^1 validation error:/u), type: 'Bad Request' },
  },
  { title: 'a body that is no JSON', body: '{', status: 400, error: { code: 400 } },
];

describe('the model server refuses', () => {
  it.each(refusals)('$title', async ({ body, status, error }) => {
    const server = await serverForTest({ maxModelLen: 2000 });
    const response = await postChat(server, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
  });

  it('another content type than JSON', async () => {
    const server = await serverForTest();
    const headers = { 'content-type': 'text/plain' };
    const response = await postChat(server, buildBody('row'), { headers });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('application/json');
  });

  it('a wrong key below /v1, with an error that is a string, and only there', async () => {
    const server = await serverForTest({ apiKey: 'secret' });
    const refused = await postChat(server, buildBody('row'));
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({ error: 'Unauthorized' });
    const headers = { authorization: 'Bearer secret' };
    expect((await complete(server, buildBody('row'), { headers })).status).toBe(200);
    expect((await fetch(`${server.url}/v1/models`)).status).toBe(401);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it('unknown paths and methods', async () => {
    const server = await serverForTest();
    expect((await fetch(`${server.url}/v1/nothing`)).status).toBe(404);
    const response = await fetch(`${server.url}/v1/chat/completions`);
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ error: { type: 'Method Not Allowed' } });
  });

  it('nothing for a field that it does not know', async () => {
    const server = await serverForTest();
    const body = buildBody('row', [], { guided_json: {}, top_k: 20, seed: 1 });
    expect((await complete(server, body)).status).toBe(200);
  });
});
