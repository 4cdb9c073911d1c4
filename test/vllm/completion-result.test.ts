import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toNetworkResult } from '../../src/vllm/ask-server.ts';
import { toCompletionResult } from '../../src/vllm/completion-result.ts';
import type { CompletionResult } from '../../src/batch/completion.ts';
import { ReplyTooLong } from '../../src/vllm/receive-reply.ts';

const seconds = 1.5;

function completion(content: string | null, finishReason: string | null): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage: { prompt_tokens: 900, completion_tokens: 40, total_tokens: 940 },
  });
}

function vllmError(message: string, type = 'BadRequestError'): string {
  return JSON.stringify({ error: { message, type, param: null, code: 400 } });
}

function answered(content: string, truncated: boolean): CompletionResult {
  const usage = { promptTokens: 900, completionTokens: 40 };
  return { kind: 'answer', content, truncated, usage, seconds };
}

const badOutput = { kind: 'retry', fault: { code: 'E_MODEL_BAD_OUTPUT', params: {} } };
const rejected = (reason: string): object => ({
  kind: 'rejected',
  fault: { code: 'E_MODEL_REJECTED', params: { reason } },
});

describe('toCompletionResult', () => {
  it.each([
    { is: 'an answer', body: completion('{"a":1}', 'stop'), result: answered('{"a":1}', false) },
    { is: 'a cut answer', body: completion('{"a', 'length'), result: answered('{"a', true) },
    { is: 'a loop', body: completion('{"aaa', 'repetition'), result: answered('{"aaa', true) },
    {
      is: 'aborted by a shutdown',
      body: completion('', 'abort'),
      result: { kind: 'away', cause: 'aborted by the server' },
    },
    {
      is: 'aborted half way',
      body: completion('{"a"', 'abort'),
      result: { kind: 'away', cause: 'aborted by the server' },
    },
    { is: 'empty', body: completion('', 'stop'), result: badOutput },
    { is: 'without content', body: completion(null, 'stop'), result: badOutput },
    { is: 'a web page', body: '<html>Welcome to nginx</html>', result: badOutput },
    { is: 'broken JSON', body: '{"choices":[', result: badOutput },
    { is: 'without a choice', body: '{"choices":[]}', result: badOutput },
    { is: 'an error with status 200', body: vllmError('odd'), result: badOutput },
    { is: 'no body', body: '', result: badOutput },
  ])('200, $is', ({ body, result }) => {
    expect(toCompletionResult({ status: 200, body, seconds })).toEqual(result);
  });

  it('takes an answer without its cost', () => {
    const body = JSON.stringify({
      choices: [{ message: { content: '{}' }, finish_reason: 'stop' }],
    });
    expect(toCompletionResult({ status: 200, body, seconds })).toMatchObject({
      kind: 'answer',
      usage: { promptTokens: 0, completionTokens: 0 },
    });
  });

  it('counts no cost that is not a whole number', () => {
    const body = JSON.stringify({
      choices: [{ message: { content: '{}' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 12.5, completion_tokens: 1e30 },
    });
    expect(toCompletionResult({ status: 200, body, seconds })).toMatchObject({
      kind: 'answer',
      usage: { promptTokens: 0, completionTokens: 0 },
    });
  });

  it.each([
    {
      status: 401,
      body: '{"error":"Unauthorized"}',
      result: { kind: 'misconfigured', cause: '401 Unauthorized' },
    },
    { status: 403, body: '', result: { kind: 'misconfigured', cause: '403' } },
    {
      status: 404,
      body: vllmError('The model `x` does not exist.', 'NotFoundError'),
      result: { kind: 'misconfigured', cause: '404 The model `x` does not exist.' },
    },
    { status: 405, body: '', result: { kind: 'misconfigured', cause: '405' } },
    { status: 307, body: '', result: { kind: 'misconfigured', cause: '307' } },
    { status: 400, body: vllmError('too long'), result: rejected('too long') },
    { status: 413, body: '<html>too large</html>', result: rejected('413') },
    { status: 422, body: vllmError('no such media'), result: rejected('no such media') },
    { status: 501, body: vllmError('only base64'), result: rejected('only base64') },
    {
      status: 408,
      body: '',
      result: { kind: 'retry', fault: { code: 'E_MODEL_TIMEOUT', params: { seconds: 2 } } },
    },
    {
      status: 500,
      body: vllmError('Internal server error', 'InternalServerError'),
      result: { kind: 'retry', fault: { code: 'E_MODEL_ERROR', params: {} } },
    },
    {
      status: 500,
      body: '',
      result: { kind: 'retry', fault: { code: 'E_MODEL_ERROR', params: {} } },
    },
    {
      status: 500,
      body: vllmError(
        'EngineCore encountered an issue. See stack trace (above) for the root cause.',
        'InternalServerError',
      ),
      result: { kind: 'away', cause: 'engine died' },
    },
    { status: 502, body: '<html>Bad Gateway</html>', result: { kind: 'away', cause: '502' } },
    { status: 503, body: '', result: { kind: 'away', cause: '503' } },
    {
      status: 503,
      body: '{"error":"The model is currently scaling. Please try again later."}',
      result: { kind: 'away', cause: '503' },
    },
    {
      status: 503,
      body: vllmError('The engine is currently busy', 'Service Unavailable'),
      result: { kind: 'away', cause: '503', busy: true, afterMs: 1000 },
    },
    { status: 504, body: '', result: { kind: 'away', cause: '504' } },
    { status: 520, body: '', result: { kind: 'away', cause: '520' } },
    {
      status: 429,
      body: '',
      result: { kind: 'away', cause: '429', busy: true, afterMs: 1000 },
    },
  ])('$status with $body', ({ status, body, result }) => {
    expect(toCompletionResult({ status, body, seconds })).toEqual(result);
  });

  it.each([
    { retryAfter: '7', afterMs: 7000 },
    { retryAfter: '0.5', afterMs: 500 },
    { retryAfter: 'Wed, 21 Oct 2026 07:28:10 GMT', afterMs: 10_000 },
    { retryAfter: '99999', afterMs: 60_000 },
    { retryAfter: 'Wed, 21 Oct 2026 07:27:00 GMT', afterMs: undefined },
    { retryAfter: 'soon', afterMs: undefined },
    { retryAfter: '-5', afterMs: undefined },
    { retryAfter: '', afterMs: undefined },
  ])('Retry-After $retryAfter means $afterMs ms', ({ retryAfter, afterMs }) => {
    const nowMs = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
    const result = toCompletionResult({ status: 503, body: '', seconds, retryAfter }, nowMs);
    expect('afterMs' in result ? result.afterMs : undefined).toBe(afterMs);
  });

  it('tells the reason in one short line, without pieces of the request', () => {
    const picture = Buffer.alloc(300, 7).toString('base64');
    const message = `bad\u0000 input\n at "data:image/jpeg;base64,${picture}" ${picture} from https://a.example/b?key=secret ${'very long '.repeat(40)}`;
    const result = toCompletionResult({ status: 400, body: vllmError(message), seconds });
    const reason = 'fault' in result ? String(result.fault.params['reason']) : '';
    expect(reason).toMatch(/^bad input at "data:…" … from https:\/\/a\.example\/b very long .*…$/);
    expect(reason.length).toBeLessThanOrEqual(200);
  });

  it('has a result for every status and body', () => {
    const bodies = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), bodies, (status, body) => {
        const kinds = ['answer', 'retry', 'away', 'rejected', 'misconfigured'];
        expect(kinds).toContain(toCompletionResult({ status, body, seconds }).kind);
      }),
    );
  });
});

describe('toNetworkResult', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'UND_ERR_SOCKET',
    'UND_ERR_CONNECT_TIMEOUT',
    'HPE_INVALID_CONSTANT',
  ])('%s means that the server is away', (code) => {
    const error = Object.assign(new Error('x'), { code });
    expect(toNetworkResult(error)).toEqual({ kind: 'away', cause: code });
  });

  it('a certificate that is not trusted is for an administrator', () => {
    const error = Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(toNetworkResult(error)).toMatchObject({ kind: 'misconfigured' });
  });

  it('an endless reply is a bad answer', () => {
    expect(toNetworkResult(new ReplyTooLong())).toEqual(badOutput);
  });

  it('a bug stays a bug', () => {
    const bug = new TypeError('x is not a function');
    expect(() => toNetworkResult(bug)).toThrow(bug);
  });
});
