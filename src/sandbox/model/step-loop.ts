// vLLM's engine: one step after the other, and how long each takes. Steps in which nothing but decoding
// can happen are planned as one; whatever comes in between cuts the plan after the step under way.

import type { EngineTotals, OnSteps } from './engine.ts';
import type { EngineSettings, GpuTimes } from './gpu-profiles.ts';
import { toBlocks, type KvCache } from './kv-cache.ts';
import { isDecoding, type Sequence } from './sequence.ts';
import { StepScheduler, type StepLoad } from './step-scheduler.ts';
import type { Appointment, Clock } from './virtual-clock.ts';

/** Steps under way. Each takes `growthMs` more than the one before, as contexts grow. */
interface Plan {
  startMs: number;
  firstMs: number;
  steps: number;
  readonly growthMs: number;
  end: Appointment;
}

export interface StepLoopParts {
  readonly clock: Clock;
  readonly settings: EngineSettings;
  readonly kv: KvCache;
  readonly totals: EngineTotals;
  /** Of several steps alike it hears the mean duration and all their tokens. */
  readonly onSteps: OnSteps;
}

export class StepLoop {
  readonly #parts: StepLoopParts;
  readonly #scheduler: StepScheduler;
  #plan: Plan | undefined;

  constructor(parts: StepLoopParts) {
    this.#parts = parts;
    this.#scheduler = new StepScheduler(parts.settings, parts.kv);
  }

  get running(): number {
    return this.#scheduler.running.length;
  }

  get waiting(): number {
    return this.#scheduler.waiting.length;
  }

  add(sequence: Sequence): void {
    this.#scheduler.waiting.push(sequence);
    this.#cut();
    this.#begin();
  }

  /** Takes a sequence out, wherever it is; its blocks are free at once. */
  remove(sequence: Sequence): void {
    this.settle();
    const at = this.#scheduler.waiting.indexOf(sequence);
    if (at !== -1) this.#scheduler.waiting.splice(at, 1);
    this.#scheduler.drop(sequence);
    this.#cut();
    this.#begin();
  }

  /** Brings sequences and cache up to the steps that are over by now. */
  settle(): void {
    const plan = this.#plan;
    if (plan === undefined || plan.steps === 1) return;
    const steps = countStepsOver(plan, this.#parts.clock.now());
    if (steps === 0) return;
    this.#compute(steps, plan);
    plan.startMs += toDurationMs(plan, steps);
    plan.firstMs += steps * plan.growthMs;
    plan.steps -= steps;
    this.#scheduler.growDecoding();
  }

  #cut(): void {
    const plan = this.#plan;
    if (plan === undefined || plan.steps === 1) return;
    this.settle();
    if (plan.steps === 1) return;
    plan.steps = 1;
    plan.end.cancel();
    plan.end = this.#parts.clock.at(plan.startMs + plan.firstMs, () => this.#end());
  }

  #begin(): void {
    if (this.#plan !== undefined) return;
    const { clock, settings } = this.#parts;
    const load = this.#schedule();
    if (load.decoding + load.promptTokens === 0) return;
    const startMs = clock.now();
    const steps = settings.mergesSteps === false ? 1 : this.#countSteps(load);
    const growthMs = settings.gpu.perContextTokenMs * load.decoding;
    const times = { startMs, firstMs: toStepMs(settings.gpu, load), steps, growthMs };
    const end = clock.at(startMs + toDurationMs(times, steps), () => this.#end());
    this.#plan = { ...times, end };
  }

  #schedule(): StepLoad {
    const load = this.#scheduler.schedule();
    if (load.preempted === 0) return load;
    this.#parts.totals.preemptions += load.preempted;
    // Who was preempted with nobody else running may be admitted again at once.
    return load.decoding + load.promptTokens === 0 ? this.#scheduler.schedule() : load;
  }

  #end(): void {
    // Up to the last step, so that the cache has grown as it would have step by step.
    this.settle();
    const plan = this.#plan;
    if (plan === undefined) return;
    this.#compute(plan.steps, plan);
    this.#plan = undefined;
    const done = this.#scheduler.running.filter(
      ({ generated, outputTokens, isLingering }) => generated >= outputTokens && !isLingering,
    );
    const leaving = done.filter((sequence) => !this.#linger(sequence));
    for (const sequence of leaving) this.#scheduler.drop(sequence);
    this.#begin();
    for (const sequence of leaving) sequence.onDone();
  }

  /** Whether it stays for a while though it is done. */
  #linger(sequence: Sequence): boolean {
    if (sequence.lingersMs === 0) return false;
    sequence.isLingering = true;
    sequence.scheduled = 0;
    if (sequence.lingersMs === Infinity) return true;
    const { clock } = this.#parts;
    clock.at(clock.now() + sequence.lingersMs, () => {
      if (sequence.holding === undefined) return;
      this.remove(sequence);
      sequence.onDone();
    });
    return true;
  }

  #compute(steps: number, plan: Plan): void {
    const { clock, totals, onSteps } = this.#parts;
    let decoded = 0;
    for (const sequence of this.#scheduler.running) {
      if (sequence.scheduled === 0) continue;
      if (isDecoding(sequence)) {
        decoded += steps;
        sequence.computed += steps;
        sequence.generated += steps;
        continue;
      }
      sequence.computed += sequence.scheduled;
      if (sequence.computed < sequence.promptTokens + sequence.generated) continue;
      sequence.generated += 1;
      totals.generatedTokens += 1;
      if (sequence.firstTokenMs !== undefined) continue;
      sequence.firstTokenMs = clock.now();
      totals.promptTokens += sequence.promptTokens;
    }
    totals.generatedTokens += decoded;
    if (decoded > 0) onSteps(toDurationMs(plan, steps) / steps, decoded);
  }

  /** How many steps like this one follow before something can change: a sequence ends, or the cache is
   *  full. Nobody waiting can be admitted before that. */
  #countSteps(load: StepLoad): number {
    if (load.promptTokens > 0 || load.preempted > 0) return 1;
    const decoding = this.#scheduler.running.filter(({ scheduled }) => scheduled > 0);
    const left = decoding.map(({ outputTokens, generated }) => outputTokens - generated);
    const isRoomFor = (steps: number): boolean => {
      const { freeBlocks } = this.#parts.kv;
      let blocks = 0;
      for (const sequence of decoding) {
        blocks += toBlocks(sequence.computed + steps) - sequence.blocks;
        if (blocks > freeBlocks) return false;
      }
      return true;
    };
    return findLast(Math.min(...left), isRoomFor);
  }
}

/** The largest number from 1 to `most` that passes, where 1 does and none after one that fails. */
function findLast(most: number, passes: (value: number) => boolean): number {
  if (passes(most)) return most;
  let [low, high] = [1, most];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function toStepMs(gpu: GpuTimes, load: StepLoad): number {
  let totalMs = gpu.baseMs;
  totalMs += gpu.perContextTokenMs * load.contextTokens;
  totalMs += gpu.perPromptTokenMs * load.promptTokens;
  for (const tokens of load.pictureTokens) {
    totalMs += (gpu.perPictureTokenMs + gpu.perSquaredPictureTokenMs * tokens) * tokens;
  }
  return totalMs;
}

type StepTimes = Pick<Plan, 'firstMs' | 'growthMs'>;

function toDurationMs({ firstMs, growthMs }: StepTimes, steps: number): number {
  return steps * firstMs + (growthMs * steps * (steps - 1)) / 2;
}

/** Whole steps of the plan that are over by then, its last one excluded. */
function countStepsOver(plan: Plan, nowMs: number): number {
  const gone = nowMs - plan.startMs;
  const isOver = (steps: number): boolean =>
    steps === 0 || (steps < plan.steps && toDurationMs(plan, steps) <= gone);
  let [low, high] = [0, plan.steps];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isOver(middle)) low = middle;
    else high = middle;
  }
  return low;
}
