// The JSON body of /v1/chat/completions. Shared text first, then the images, the row's own text last:
// the server's prefix cache then serves everything before the first image.

import { toResponseSchema } from '../batch/answer.ts';
import type { CompletionRequest } from '../batch/completion.ts';

/**
 * Qwen's recommendation. Sampling parameters are all sent, because what is left out is taken from
 * the model's generation_config.json and would change with the model.
 */
const topK = 20;

/** `toUrl`: what stands for a picture; by default its bytes as a data URL. */
export function buildChatBody(
  model: string,
  request: CompletionRequest,
  toUrl: (image: SentImage) => string = toDataUrl,
): object {
  const { system, images, text, outputs, sampling, seed } = request;
  const textParts = text === '' ? [] : [{ type: 'text', text }];
  return {
    model,
    messages: [
      { role: 'system', content: system },
      {
        role: 'user',
        content: [...images.map((image) => toImagePart(image, toUrl(image))), ...textParts],
      },
    ],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'row', schema: toResponseSchema(outputs), strict: true },
    },
    // Deprecated for max_completion_tokens, yet the one name that all versions and routers know.
    max_tokens: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: topK,
    // Left out of the JSON where it is undefined.
    seed,
    stream: false,
  };
}

/** The least that makes the engine produce something: one token. */
export function buildCanaryBody(model: string): object {
  return {
    model,
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 1,
    temperature: 0,
    stream: false,
  };
}

type SentImage = CompletionRequest['images'][number];

function toDataUrl({ bytes }: SentImage): string {
  return `data:image/jpeg;base64,${bytes.toString('base64')}`;
}

function toImagePart({ hash }: SentImage, url: string): object {
  return {
    type: 'image_url',
    image_url: { url },
    // On the part, not inside image_url: there it replaces hashing the pixels on the server.
    uuid: hash,
  };
}
