import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../../src/batch/completion.ts';
import { buildChatBody } from '../../src/vllm/chat-body.ts';
import { createChatEncoder } from '../../src/vllm/encode-chat.ts';

const outputs = [{ name: 'title', header: 'title', list: false }];
const sampling = { maxTokens: 300, temperature: 0.3, topP: 0.9 };
const image = fc
  .uint8Array({ maxLength: 64 })
  .map((bytes) => ({ bytes: Buffer.from(bytes), hash: 'abc123' }));
const text = fc.string({ unit: 'binary' });

describe('an encoded chat request', () => {
  it('is the JSON of its body, whatever its texts and pictures', () => {
    const encode = createChatEncoder();
    const requests = fc.record({ system: text, text, images: fc.array(image, { maxLength: 3 }) });
    fc.assert(
      fc.property(requests, text, (parts, model) => {
        const request: CompletionRequest = { ...parts, outputs, sampling };
        const json = encode(model, request).toString();
        expect(json).toBe(JSON.stringify(buildChatBody(model, request)));
      }),
    );
  });

  it('has a seed only where another answer is wanted', () => {
    const encode = createChatEncoder();
    const request: CompletionRequest = { system: '', text: '', images: [], outputs, sampling };
    expect(JSON.parse(encode('qwen', request).toString())).not.toHaveProperty('seed');
    expect(JSON.parse(encode('qwen', { ...request, seed: 2 }).toString())).toMatchObject({
      seed: 2,
    });
  });

  it('has its own pictures after many others, and again after they were sent before', () => {
    const encode = createChatEncoder();
    const images = Array.from({ length: 20 }, (_, number) => ({
      bytes: Buffer.from(`picture ${number}`),
      hash: String(number),
    }));
    for (const each of [...images, ...images.toReversed()]) {
      const request = { system: '', text: '', images: [each], outputs, sampling };
      expect(encode('qwen', request).toString()).toContain(each.bytes.toString('base64'));
    }
  });
});
