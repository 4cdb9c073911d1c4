// A simulated GPU behind a gate whose budget the pace sets, in virtual time: what the whole of Darkroom does
// with a batch that never ends, an hour of it in a moment.

import { toWeight } from '../../src/batch/tokens.ts';
import { GpuEngine } from '../../src/sandbox/model/gpu-engine.ts';
import { gpuProfiles, type EngineSettings } from '../../src/sandbox/model/gpu-profiles.ts';
import { toWork } from '../../src/sandbox/model/load-work.ts';
import type { Load } from '../../src/sandbox/model/simulate-load.ts';
import { VirtualClock } from '../../src/sandbox/model/virtual-clock.ts';
import { createPace, decidePace, type PaceNote } from '../../src/work/pace.ts';
import type { ServerLoad } from '../../src/batch/server-load.ts';

export interface PacedLoop extends Omit<Load, 'rows'> {
  readonly seconds: number;
  /** Whether the server shows /metrics; true unless given. */
  readonly hasMetrics?: boolean;
  /** What /metrics says is so many seconds old, and every third look has none; fresh and complete unless given. */
  readonly metricsLateS?: number;
  readonly ceiling?: number;
  readonly kept?: number;
  /** Rows that there are to send at that second; more than anything takes unless given. */
  readonly demand?: (second: number) => number;
  /** Requests that somebody else keeps in flight at that second; none unless given. */
  readonly others?: (second: number) => number;
}

export interface Second extends ServerLoad {
  readonly budget: number;
  readonly jobs: number;
  readonly weight: number;
  readonly done: number;
}

export interface PacedRun {
  /** One entry for each second. */
  readonly seconds: readonly Second[];
  readonly notes: readonly PaceNote[];
}

export function runPaced(loop: PacedLoop): PacedRun {
  const clock = new VirtualClock();
  const settings: EngineSettings = { ...gpuProfiles[loop.profile], ...loop.settings };
  const engine = new GpuEngine({ clock, settings });
  const count = {
    jobs: 0,
    weight: 0,
    done: 0,
    doneWeight: 0,
    tokens: 0,
    busy: 0,
    sent: 0,
    resting: 0,
  };
  let demand = Infinity;
  let pace = createPace({ ceiling: loop.ceiling, kept: loop.kept });
  let budget = pace.budget;
  const send = (): void => {
    for (;;) {
      const work = toWork({ ...loop, rows: Infinity }, count.sent);
      const promptTokens = work.parts.reduce((sum, part) => sum + part.tokens, 0);
      const weight = toWeight(promptTokens + work.completionTokens);
      if (count.weight + weight > budget || count.jobs >= demand) return;
      // A process prepares so many rows ahead; one that was refused is still among them.
      if (count.jobs + count.resting > 2 * budget) return;
      count.sent += 1;
      count.jobs += 1;
      count.weight += weight;
      const onEnd = (): void => {
        count.jobs -= 1;
        count.weight -= weight;
        count.doneWeight += weight;
      };
      engine.submit(work, {
        onDone: () => {
          onEnd();
          count.done += 1;
          count.tokens += promptTokens + work.completionTokens;
          clock.at(clock.now(), send);
        },
        onRefused: () => {
          onEnd();
          count.busy += 1;
          count.resting += 1;
          clock.at(clock.now() + 1000, () => {
            count.resting -= 1;
            send();
          });
        },
      });
    }
  };
  const others = { wanted: 0, jobs: 0 };
  const sendOthers = (): void => {
    while (others.jobs < others.wanted) {
      others.jobs += 1;
      const onEnd = (): void => {
        others.jobs -= 1;
        clock.at(clock.now() + 10, sendOthers);
      };
      engine.submit(toWork({ ...loop, rows: Infinity }, (count.sent += 1)), {
        onDone: onEnd,
        onRefused: onEnd,
      });
    }
  };
  const seconds: Second[] = [];
  const toShown = (now: ServerLoad): ServerLoad | undefined => {
    const { hasMetrics = true, metricsLateS = 0 } = loop;
    if (!hasMetrics || (metricsLateS > 0 && seconds.length % 3 === 0)) return undefined;
    return metricsLateS === 0 ? now : seconds.at(-metricsLateS);
  };
  const notes: PaceNote[] = [];
  for (let second = 1; second <= loop.seconds; second += 1) {
    demand = loop.demand?.(second) ?? Infinity;
    others.wanted = loop.others?.(second) ?? 0;
    send();
    sendOthers();
    clock.advanceTo(second * 1000);
    const load = {
      running: engine.running,
      waiting: engine.waiting,
      kvUse: engine.heldTokens / engine.cacheTokens,
      preemptions: engine.totals.preemptions,
      tokens: count.tokens,
    };
    const { weight, jobs, done } = count;
    const shown = toShown(load);
    seconds.push({ ...load, budget, weight, jobs, done });
    const decision = decidePace(pace, {
      atMs: second * 1000,
      weight: count.weight,
      jobs: count.jobs,
      doneWeight: count.doneWeight,
      busy: count.busy,
      load: shown,
    });
    count.busy = 0;
    pace = decision.state;
    budget = decision.budget;
    if (decision.note !== undefined) notes.push(decision.note);
  }
  return { seconds, notes };
}
