// What one API server of vLLM does with a request before the engine hears of it: pictures are decoded in
// a pool of eight threads, then one thread alone resizes, normalises and hashes them. Requests in here
// count as neither running nor waiting in the server's metrics.

import type { PromptPart } from './prompt-part.ts';
import { TokenCache } from './token-cache.ts';
import type { Clock } from './virtual-clock.ts';

export interface Rendering {
  readonly parts: readonly PromptPart[];
  /** Whoever wanted it has gone: it is left out where its turn has not come yet. */
  isCancelled: boolean;
  onRendered(): void;
}

interface RenderParts {
  readonly clock: Clock;
  /** Hears of each picture whether the processor had it already. */
  onLookup(isHit: boolean): void;
}

const decodeThreads = 8;
const pixelsPerToken = 1024;
/** `--mm-processor-cache-gb 4`, at 24 KiB of float32 values a token. */
const processorCacheTokens = 170_000;
/** Parsing, the chat template, tokenising. */
const requestMs = 1;
/** Hashing and serialising of tensors on a busy server, on top of the processor's own time. */
const busyFactor = 1.2;
const decodeMsPerMegapixel = { jpeg: 5, other: 23 } as const;
const resizeMsPerMegapixel = 4.5;

export class RenderStage {
  readonly #clock: Clock;
  readonly #onLookup: (isHit: boolean) => void;
  readonly #threadsFreeMs = Array.from({ length: decodeThreads }, () => 0);
  readonly #queue: Rendering[] = [];
  readonly #processed = new TokenCache(processorCacheTokens);
  #isBusy = false;

  constructor({ clock, onLookup }: RenderParts) {
    this.#clock = clock;
    this.#onLookup = onLookup;
  }

  add(rendering: Rendering): void {
    let decodedMs = this.#clock.now();
    for (const { picture } of rendering.parts) {
      if (picture === undefined) continue;
      const perMegapixel = decodeMsPerMegapixel[picture.format];
      decodedMs = Math.max(decodedMs, this.#decode((picture.inputPixels / 1e6) * perMegapixel));
    }
    this.#clock.at(decodedMs, () => {
      this.#queue.push(rendering);
      if (!this.#isBusy) this.#next();
    });
  }

  /** Takes the thread that is free first; gives when it is done. */
  #decode(durationMs: number): number {
    const freeMs = Math.min(...this.#threadsFreeMs);
    const endMs = Math.max(freeMs, this.#clock.now()) + durationMs;
    this.#threadsFreeMs[this.#threadsFreeMs.indexOf(freeMs)] = endMs;
    return endMs;
  }

  #next(): void {
    let rendering = this.#queue.shift();
    while (rendering?.isCancelled === true) rendering = this.#queue.shift();
    this.#isBusy = rendering !== undefined;
    if (rendering === undefined) return;
    const { onRendered } = rendering;
    this.#clock.at(this.#clock.now() + this.#process(rendering), () => {
      onRendered.call(rendering);
      this.#next();
    });
  }

  #process({ parts }: Rendering): number {
    let totalMs = requestMs;
    for (const { key, tokens, picture } of parts) {
      if (picture === undefined) continue;
      const isHit = this.#processed.has(key);
      this.#onLookup(isHit);
      if (isHit) continue;
      this.#processed.add(key, tokens);
      totalMs += busyFactor * toProcessorMs(picture.inputPixels, tokens * pixelsPerToken);
    }
    return totalMs;
  }
}

/** The image processor of the transformers library on one core, as measured: 5 ms, then 12 ms for each
 *  megapixel of a resized picture of up to one, rising to 25 at two and 40 at twelve. */
function toProcessorMs(inputPixels: number, resizedPixels: number): number {
  const megapixels = resizedPixels / 1e6;
  const resizing = resizedPixels < 0.97 * inputPixels ? resizeMsPerMegapixel : 0;
  return 5 + toMsPerMegapixel(megapixels) * megapixels + resizing * (inputPixels / 1e6);
}

function toMsPerMegapixel(megapixels: number): number {
  if (megapixels <= 1) return 12;
  if (megapixels <= 2) return 12 + 13 * (megapixels - 1);
  return Math.min(40, 25 + 1.5 * (megapixels - 2));
}
