// An image's bytes with patience: a place at its host, then as many tries as the failure deserves.

import { setTimeout as sleep } from 'node:timers/promises';
import { toFault, type Fault } from '../errors.ts';
import { attemptFetch, type FetchedBytes, type FetchNeeds } from './fetch-attempt.ts';
import type { FetchFailure } from './fetch-failure.ts';
import type { HostBreaker } from './host-breaker.ts';
import type { HostPaces } from './host-pace.ts';
import type { ImageTarget } from './image-url.ts';
import type { SharedSlots } from './shared-slots.ts';

/** A host that asks for more patience than this gets its next chance with the next drop. */
const maxWaitMs = 5000;

export interface PatientFetchNeeds extends FetchNeeds {
  readonly hosts: HostPaces;
  readonly breaker: HostBreaker;
  /** Places for pictures in memory, which the hosts share. */
  readonly hands: SharedSlots;
  /** Milliseconds before the second try; four times as long before the third. */
  readonly retryMs: number;
}

/** Throws only the signal's reason. Bytes keep their place in `hands`; whoever got them gives it back. */
export async function fetchImage(
  target: ImageTarget,
  needs: PatientFetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | Fault> {
  for (let tries = 0; ; tries++) {
    const result = await fetchInTurn(target, needs, signal);
    if ('bytes' in result) return result;
    if (tries >= result.retries) return result.fault;
    await wait(toWaitMs(needs.retryMs * 4 ** tries, result.afterMs), signal);
  }
}

async function fetchInTurn(
  target: ImageTarget,
  needs: PatientFetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | FetchFailure> {
  const { host } = target;
  if (needs.breaker.refuses(host)) return givenUp(host);
  const place = await needs.hosts.enter(host, signal);
  let strained = false;
  try {
    // It may have been given up while this waited.
    if (needs.breaker.refuses(host)) return givenUp(host);
    const result = await attemptWatched(target, needs, signal);
    strained = 'fault' in result && result.strained;
    return result;
  } finally {
    place.leave(strained);
  }
}

async function attemptWatched(
  target: ImageTarget,
  needs: PatientFetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | FetchFailure> {
  const end = needs.breaker.ask(target.host);
  let outcome: 'answered' | 'failed' | undefined;
  try {
    const result = await attemptInHand(target, needs, signal);
    // What deserves no other try is an answer, if not the one that was hoped for.
    outcome = 'bytes' in result || result.retries === 0 ? 'answered' : 'failed';
    return result;
  } finally {
    end(outcome);
  }
}

async function attemptInHand(
  target: ImageTarget,
  needs: PatientFetchNeeds,
  signal: AbortSignal,
): Promise<FetchedBytes | FetchFailure> {
  await needs.hands.acquire(target.host, signal);
  let isHeld = false;
  try {
    const result = await attemptFetch(target, needs, signal);
    isHeld = 'bytes' in result;
    return result;
  } finally {
    if (!isHeld) needs.hands.release(target.host);
  }
}

function givenUp(host: string): FetchFailure {
  return { fault: toFault('E_IMAGE_HOST_DOWN', { host }), retries: 0, strained: false };
}

/** Up to half is added at random, so that pictures that failed together do not come back together. */
function toWaitMs(ownMs: number, afterMs = 0): number {
  return Math.min(Math.max(ownMs * (1 + Math.random() / 2), afterMs), maxWaitMs);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
