// The speeds that the simulated model server can have.

import type { Engine, OnSteps } from './engine.ts';
import { FixedTimeEngine, fixedProfiles, type FixedTimes } from './fixed-time-engine.ts';
import { GpuEngine } from './gpu-engine.ts';
import {
  gpuProfiles,
  isGpuProfileName,
  type EngineSettings,
  type GpuProfileName,
} from './gpu-profiles.ts';
import { RealClock } from './real-clock.ts';

export type ProfileName = GpuProfileName | keyof typeof fixedProfiles;

/** From the fastest fixed one to the fastest GPU. */
export const profileNames: readonly ProfileName[] = [
  'instant',
  'steady',
  'l4',
  '4090',
  'a100',
  'h100',
];

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(fixedProfiles, name) || isGpuProfileName(name);
}

export interface EngineOptions {
  readonly profile: ProfileName;
  /** Changes single times of `instant` and `steady`. */
  readonly times?: Partial<FixedTimes> | undefined;
  /** Changes single settings of a GPU's profile; of these, `instant` and `steady` know `maxNumSeqs`
   *  and `maxNumQueuedReqs`. */
  readonly settings?: Partial<EngineSettings> | undefined;
  readonly onSteps: OnSteps;
}

/** An engine that runs in real time, with what stops it. */
export function createEngine(options: EngineOptions): Engine & Disposable {
  const { profile, times, settings = {}, onSteps } = options;
  if (!isGpuProfileName(profile)) {
    const { maxNumSeqs: maxRunning, maxNumQueuedReqs: maxQueued } = settings;
    const flags = { ...(maxRunning && { maxRunning }), ...(maxQueued && { maxQueued }) };
    const engine = new FixedTimeEngine({ ...fixedProfiles[profile], ...flags, ...times }, onSteps);
    return Object.assign(engine, { [Symbol.dispose]: () => {} });
  }
  const clock = new RealClock();
  const engine = new GpuEngine({
    clock,
    settings: { ...gpuProfiles[profile], ...settings },
    onSteps,
  });
  return Object.assign(engine, { [Symbol.dispose]: () => clock[Symbol.dispose]() });
}
