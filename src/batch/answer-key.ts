// What makes two questions to the model the same question.

import { createHash } from 'node:crypto';
import type { CompletionRequest } from './completion.ts';

/** Raise it where Darkroom asks the same words in another way, or reads the same answer differently. */
const version = 1;

/**
 * Equal only for the same model, texts, pictures in the same order, output columns and sampling. How a
 * column is called in the results file does not count. Short enough for a name in Redis: 43 characters.
 */
export function toAnswerKey(model: string, request: CompletionRequest): string {
  const { system, text, images, outputs, sampling } = request;
  const pictures = images.map(({ hash }) => hash);
  const columns = outputs.map(({ name, list }) => [name, list]);
  const { maxTokens, temperature, topP } = sampling;
  const parts = [version, model, system, text, pictures, columns, maxTokens, temperature, topP];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
