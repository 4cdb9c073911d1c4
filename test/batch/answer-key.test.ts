import { describe, expect, it } from 'vitest';
import { toAnswerKey } from '../../src/batch/answer-key.ts';
import type { CompletionRequest } from '../../src/batch/completion.ts';

const column = { name: 'title', header: 'title', list: false };
const sampling = { maxTokens: 512, temperature: 0.3, topP: 0.9 };
const picture = (hash: string) => ({ bytes: Buffer.from(hash), hash });

const request: CompletionRequest = {
  system: 'Write.',
  text: 'sku: 1',
  images: [picture('a'), picture('b')],
  outputs: [column],
  sampling,
};

describe('the key of a question', () => {
  it('is the same for the same question, whatever its column is called in the results file', () => {
    const renamed = { ...request, outputs: [{ ...column, header: 'title (2)' }] };
    expect(toAnswerKey('m', renamed)).toBe(toAnswerKey('m', request));
    expect(toAnswerKey('m', request)).toMatch(/^[\w-]{43}$/u);
  });

  it.each<[string, Partial<CompletionRequest>]>([
    ['system text', { system: 'Write well.' }],
    ['row text', { text: 'sku: 2' }],
    ['border between the texts', { system: 'Write.sku: 1', text: '' }],
    ['picture', { images: [picture('a'), picture('c')] }],
    ['order of pictures', { images: [picture('b'), picture('a')] }],
    ['number of pictures', { images: [picture('a')] }],
    ['column', { outputs: [{ ...column, name: 'name' }] }],
    ['kind of column', { outputs: [{ ...column, list: true }] }],
    ['number of columns', { outputs: [column, { ...column, name: 'tags' }] }],
    ['longest answer', { sampling: { ...sampling, maxTokens: 300 } }],
    ['temperature', { sampling: { ...sampling, temperature: 0 } }],
    ['top_p', { sampling: { ...sampling, topP: 1 } }],
  ])('is another one for another %s', (_name, change) => {
    expect(toAnswerKey('m', { ...request, ...change })).not.toBe(toAnswerKey('m', request));
  });

  it('is another one for another model', () => {
    expect(toAnswerKey('n', request)).not.toBe(toAnswerKey('m', request));
  });
});
