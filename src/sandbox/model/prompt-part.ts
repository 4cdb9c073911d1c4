// A prompt as the engine's caches see it: parts in order, each known by a key.

import type { ChatRequest } from './chat-request.ts';
import {
  countImageTokens,
  countTextBytes,
  textBytesPerToken,
  tokensAroundMessage,
  tokensAroundPicture,
  tokensBeforeAnswer,
  type AreaBounds,
  type Size,
} from './token-count.ts';

/** What decoding a picture depends on. */
export type PictureFormat = 'jpeg' | 'other';

export interface PictureWork {
  /** Pixels of the picture as it came. */
  readonly inputPixels: number;
  readonly format: PictureFormat;
}

/** A stretch of the prompt that others may share: a text of a message, or a picture. */
export interface PromptPart {
  /** Equal for equal contents. */
  readonly key: string;
  readonly tokens: number;
  readonly picture?: PictureWork;
}

interface Picture extends Size {
  readonly key: string;
  readonly format: PictureFormat;
}

/** The prompt of a request with its pictures in order. What the chat template puts around messages
 *  counts with it as its first part, since requests of one kind have that in common. */
export function toPromptParts(
  request: ChatRequest,
  pictures: readonly Picture[],
  usualBounds?: AreaBounds,
): PromptPart[] {
  const { bounds = usualBounds } = request;
  const left = [...pictures];
  let bytes = 0;
  let counted = 0;
  const parts = request.stretches.map((stretch): PromptPart => {
    if (stretch === 'picture') return toPicturePart(left.shift(), bounds);
    bytes += countTextBytes(stretch.text);
    const tokens = Math.ceil(bytes / textBytesPerToken) - counted;
    counted += tokens;
    return { key: `text ${stretch.text}`, tokens };
  });
  const around = request.messages * tokensAroundMessage + tokensBeforeAnswer;
  return [{ key: `template ${around}`, tokens: around }, ...parts];
}

export function countTokens(parts: readonly PromptPart[]): number {
  return parts.reduce((sum, { tokens }) => sum + tokens, 0);
}

function toPicturePart(picture?: Picture, bounds?: AreaBounds): PromptPart {
  if (picture === undefined) throw new Error('A picture of the request was not read.');
  const { width, height, format, key } = picture;
  const tokens = countImageTokens(picture, bounds) + tokensAroundPicture;
  return {
    // The same picture in another size is another one to all caches.
    key: `picture ${key} ${tokens}`,
    tokens,
    picture: { inputPixels: width * height, format },
  };
}
