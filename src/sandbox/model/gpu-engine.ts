// An engine with the timing of the real vLLM on a GPU.
//
// Modelled: the render stage of each API server (decoding in a pool, then one thread; its requests are in
// neither `running` nor `waiting`); the step loop with chunked prefill under a token budget, one token a
// step for each running sequence, so that decoding stalls while prompts are computed; admission in order
// of arrival under `--max-num-seqs` and where the whole prompt fits into the KV cache; KV blocks of 16
// tokens, preemption of the last with recomputation; the caches of prefixes (whole blocks), of processed
// pictures and of the ViT's output; the encoder's budget; `--max-num-queued-reqs`, looked at when a
// request comes and again when it is rendered, as vLLM does.
// Not modelled: tokenisation in detail, streaming, CUDA graph sizes, several GPUs, video, LoRA, the CPU
// that API servers take from each other, and noise: equal requests take equal times.

import { toBusyError } from './api-error.ts';
import { createTotals, type Engine, type OnSteps, type Timing, type Work } from './engine.ts';
import type { EngineSettings } from './gpu-profiles.ts';
import { blockTokens, KvCache } from './kv-cache.ts';
import { RenderStage } from './render-stage.ts';
import { createSequence, type Sequence } from './sequence.ts';
import { StepLoop } from './step-loop.ts';
import type { Clock } from './virtual-clock.ts';

/** A request that was handed over. */
export interface Submission {
  /** Takes it out at once, wherever it is; nothing is heard of it again. */
  abort(): void;
}

export interface Listener {
  onDone(timing: Timing): void;
  /** Too many were queued already. */
  onRefused(error: Error): void;
}

export interface GpuEngineOptions {
  readonly clock: Clock;
  readonly settings: EngineSettings;
  readonly onSteps?: OnSteps;
}

export class GpuEngine implements Engine {
  readonly totals = createTotals();
  readonly #clock: Clock;
  readonly #settings: EngineSettings;
  readonly #kv: KvCache;
  readonly #loop: StepLoop;
  readonly #stages: readonly RenderStage[];
  #submitted = 0;
  #rendering = 0;

  constructor({ clock, settings, onSteps = () => {} }: GpuEngineOptions) {
    this.#clock = clock;
    this.#settings = settings;
    this.#kv = new KvCache(settings.kvTokens);
    this.#loop = new StepLoop({ clock, settings, kv: this.#kv, totals: this.totals, onSteps });
    const onLookup = (isHit: boolean): void => {
      this.totals.pictureQueries += 1;
      if (isHit) this.totals.pictureHits += 1;
    };
    const servers = Array.from({ length: settings.apiServers });
    this.#stages = servers.map(() => new RenderStage({ clock, onLookup }));
  }

  get running(): number {
    this.#settle();
    return this.#loop.running;
  }

  get waiting(): number {
    this.#settle();
    return this.#loop.waiting;
  }

  /** Requests that no metric shows. */
  get rendering(): number {
    this.#settle();
    return this.#rendering;
  }

  get heldTokens(): number {
    this.#settle();
    return this.#kv.heldBlocks * blockTokens;
  }

  /** Share of the cache, 0 to 1; the most that was ever held. */
  get peakCacheUse(): number {
    this.#settle();
    return this.#kv.peakBlocks / this.#kv.blocks;
  }

  get cacheTokens(): number {
    return this.#kv.blocks * blockTokens;
  }

  get encoderTokens(): number {
    const { largestPictureTokens, maxNumBatchedTokens } = this.#settings;
    return Math.max(largestPictureTokens, maxNumBatchedTokens);
  }

  run(work: Work, signal: AbortSignal): Promise<Timing> {
    const { promise, resolve, reject } = Promise.withResolvers<Timing>();
    if (signal.aborted) {
      reject(signal.reason);
      return promise;
    }
    const onAbort = (): void => {
      submission.abort();
      reject(signal.reason);
    };
    const submission = this.submit(work, {
      onDone: (timing) => {
        signal.removeEventListener('abort', onAbort);
        resolve(timing);
      },
      onRefused: (error) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    });
    signal.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  /** The listener may hear at once that it is refused. Throws for a prompt that the KV cache could never
   *  hold; vLLM does not start with such settings. */
  submit(work: Work, listener: Listener): Submission {
    this.#clock.catchUp();
    this.#checkFits(work);
    if (this.#isFull()) {
      listener.onRefused(toBusyError());
      return { abort: () => {} };
    }
    return this.#render(work, listener);
  }

  #render(work: Work, listener: Listener): Submission {
    const arrivedMs = this.#clock.now();
    let sequence: Sequence | undefined;
    const rendering = {
      parts: work.parts,
      isCancelled: false,
      onRendered: () => {
        if (rendering.isCancelled) return;
        this.#rendering -= 1;
        rendering.isCancelled = true;
        if (this.#isFull()) listener.onRefused(toBusyError());
        else sequence = this.#start({ work, listener, arrivedMs });
      },
    };
    this.#rendering += 1;
    this.#submitted += 1;
    this.#stages[this.#submitted % this.#stages.length]?.add(rendering);
    return {
      abort: () => {
        this.#clock.catchUp();
        if (!rendering.isCancelled) this.#rendering -= 1;
        rendering.isCancelled = true;
        if (sequence !== undefined) this.#loop.remove(sequence);
      },
    };
  }

  #start(asked: { work: Work; listener: Listener; arrivedMs: number }): Sequence {
    const { work, listener, arrivedMs } = asked;
    const queuedMs = this.#clock.now();
    const sequence = createSequence({
      parts: work.parts,
      outputTokens: work.completionTokens,
      lingersMs: work.extraMs,
      onDone: () => {
        const now = this.#clock.now();
        const { admittedMs = now, firstTokenMs = now } = sequence;
        listener.onDone({
          renderMs: queuedMs - arrivedMs,
          queuedMs: admittedMs - queuedMs,
          prefillMs: firstTokenMs - admittedMs,
          decodeMs: now - firstTokenMs,
        });
      },
      onAdmitted: (cachedTokens) => {
        sequence.admittedMs = this.#clock.now();
        this.totals.prefixQueries += sequence.promptTokens;
        this.totals.prefixHits += cachedTokens;
      },
    });
    this.#loop.add(sequence);
    return sequence;
  }

  #isFull(): boolean {
    const { maxNumQueuedReqs = Infinity } = this.#settings;
    return this.#loop.running + this.#loop.waiting >= maxNumQueuedReqs;
  }

  #checkFits({ parts, completionTokens }: Work): void {
    const tokens = parts.reduce((sum, part) => sum + part.tokens, completionTokens);
    if (tokens > this.cacheTokens) {
      throw new RangeError(`${tokens} tokens never fit into a KV cache of ${this.cacheTokens}.`);
    }
    const largest = Math.max(...parts.map((part) => (part.picture ? part.tokens : 0)));
    if (largest > this.encoderTokens) {
      throw new RangeError(`A picture of ${largest} tokens never fits into the encoder's budget.`);
    }
  }

  #settle(): void {
    this.#clock.catchUp();
    this.#loop.settle();
  }
}
