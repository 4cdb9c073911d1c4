// An image's bytes with patience: a place at its host, then as many tries as the failure deserves.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../errors.ts';
import { attemptFetch, type FetchedBytes, type FetchNeeds } from './fetch-attempt.ts';
import type { FetchFailure } from './fetch-failure.ts';
import type { HostPaces } from './host-pace.ts';
import type { ImageTarget } from './image-url.ts';

const firstWaitMs = 250;
/** A host that asks for more patience than this gets its next chance with the next drop. */
const maxWaitMs = 5000;

export interface PatientFetchNeeds extends FetchNeeds {
  readonly hosts: HostPaces;
}

/** Throws only the signal's reason. */
export async function fetchImage(
  target: ImageTarget,
  needs: PatientFetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | Fault> {
  for (let tries = 0; ; tries++) {
    const result = await fetchInTurn(target, needs, signal);
    if ('bytes' in result) return result;
    if (tries >= result.retries) return result.fault;
    await wait(toWaitMs(tries, result.afterMs), signal);
  }
}

async function fetchInTurn(
  target: ImageTarget,
  needs: PatientFetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | FetchFailure> {
  const place = await needs.hosts.enter(target.host, signal);
  let strained = false;
  try {
    const result = await attemptFetch(target, needs, signal);
    strained = 'fault' in result && result.strained;
    return result;
  } finally {
    place.leave(strained);
  }
}

/** 250 ms, then 1 s, with up to half of it added at random; the host's own wish within reason. */
function toWaitMs(tries: number, afterMs = 0): number {
  const ownMs = firstWaitMs * 4 ** tries * (1 + Math.random() / 2);
  return Math.min(Math.max(ownMs, afterMs), maxWaitMs);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
