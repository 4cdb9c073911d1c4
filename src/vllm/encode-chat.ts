// A chat request as the bytes that are sent. Its pictures are most of it: they are put in as bytes, so that no
// string of the whole is ever made, and the last few are kept encoded for rows that share them.

import { randomUUID } from 'node:crypto';
import type { CompletionRequest } from '../batch/completion.ts';
import { buildChatBody } from './chat-body.ts';

/** Kept encoded at most: more would only take memory where every row has a picture of its own. */
const maxKept = 4;

/** Stands for a picture in the JSON text. Nobody outside this process learns it, so no text can hold it. */
const place = randomUUID();

/** Gives the same JSON as `buildChatBody`. */
export function createChatEncoder(): (model: string, request: CompletionRequest) => Buffer {
  const urls = createUrls();
  return (model, request) => {
    const json = JSON.stringify(buildChatBody(model, request, () => place));
    const texts = json.split(place).map((text) => Buffer.from(text));
    const pictures = request.images.map(({ bytes }) => urls.find(bytes));
    return Buffer.concat(
      texts.flatMap((text, index) => [text, ...pictures.slice(index, index + 1)]),
    );
  };
}

/** Data URLs as ASCII bytes, the last few of them kept; the same picture is the same Buffer. */
function createUrls(): { find(bytes: Buffer): Buffer } {
  const kept = new Map<Buffer, Buffer>();
  return {
    find(bytes) {
      const known = kept.get(bytes);
      if (known !== undefined) return known;
      const url = Buffer.from(`data:image/jpeg;base64,${bytes.toString('base64')}`, 'latin1');
      kept.set(bytes, url);
      const [oldest] = kept.keys();
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
      return url;
    },
  };
}
