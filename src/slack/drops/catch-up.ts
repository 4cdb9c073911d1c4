// Sees to it that a drop is taken although its event was lost: while nobody was connected, or on its way.
//
// All processes share a mark: before it, no drop was missed. From there on the channels are looked through when
// a process has connected, and every five minutes; the mark moves on only when all of them were read. A process
// that dies on the way, or Slack not answering, costs another look, and a drop that is found again is no other.

import type { Marks, Presence } from '../../batch/presence.ts';
import type { Conversation } from '../conversation.ts';
import { claimTtlMs, holdClaim } from '../hold-claim.ts';
import { keepLooking } from '../keep-looking.ts';
import { sweep } from './sweep.ts';

export interface CatchUpNeeds extends Conversation {
  readonly presence: Presence;
  connected(): boolean;
  /** Between two requests for a channel's history. Milliseconds. */
  readonly paceMs?: number;
}

const lookEveryMs = 5_000;
const sweepEveryMs = 5 * 60_000;
const afterFailureMs = 60_000;
/** Some 48 requests a minute; Slack allows 50. */
const usualPaceMs = 1_250;
/** A message may be late in its channel's history, and clocks differ a little. */
const overlapMs = 6 * 60_000;
/** Whose event is probably still under way. */
const underWayMs = 10_000;
const oldestMs = 24 * 3600_000;
/** No batch has such a number. */
const claim = 'catch-up';

/** What is to be looked through, and from when on the next time; undefined where there is nothing yet. */
export function planSweep({
  nowMs,
  heardMs,
}: Marks): { readonly fromMs: number; readonly toMs: number; readonly nextMs: number } | undefined {
  const toMs = nowMs - underWayMs;
  // A mark in the future is of a clock that was set back.
  const knownMs = heardMs > nowMs ? nowMs - overlapMs : heardMs;
  const fromMs = Math.max(knownMs, nowMs - oldestMs);
  if (fromMs >= toMs) return undefined;
  return { fromMs, toMs, nextMs: Math.max(fromMs, toMs - overlapMs) };
}

type IsDue = (marks: Marks) => boolean;

/** Looks through the channels where that is still due and no other process does it. */
async function sweepOnce(needs: CatchUpNeeds, isDue: IsDue, signal: AbortSignal): Promise<void> {
  const { presence, memory, paceMs = usualPaceMs } = needs;
  if (!(await memory.claimSpeaker(claim, claimTtlMs))) return;
  using _ = holdClaim(claim, needs);
  // Read after the claim: another process may just have been through.
  const marks = await presence.noteConnected();
  const plan = isDue(marks) ? planSweep(marks) : undefined;
  if (plan === undefined) return;
  await sweep(plan, { ...needs, signal, paceMs });
  await presence.noteSwept(marks.heardMs, plan.nextMs);
}

/** Starts at once; disposing ends a look that is under way. */
export function createCatchUp(needs: CatchUpNeeds): AsyncDisposable {
  const { presence, log } = needs;
  const stopping = new AbortController();
  const { signal } = stopping;
  let connectedMs: number | undefined;
  let sweeping: Promise<void> | undefined;
  let notBefore = 0;

  const isDue: IsDue = ({ nowMs, sweptMs }) =>
    sweptMs < (connectedMs ?? 0) || Math.abs(nowMs - sweptMs) > sweepEveryMs;

  const tryToSweep = async (): Promise<void> => {
    try {
      await sweepOnce(needs, isDue, signal);
    } catch (error) {
      if (signal.aborted) return;
      notBefore = performance.now() + afterFailureMs;
      log.warn({ err: error }, 'channels could not be looked through for missed drops');
    }
    sweeping = undefined;
  };

  const look = async (): Promise<number> => {
    if (!needs.connected()) {
      connectedMs = undefined;
      return lookEveryMs;
    }
    const marks = await presence.noteConnected();
    // Never in the future, should the clock be set back.
    connectedMs = Math.min(connectedMs ?? marks.nowMs, marks.nowMs);
    // Not waited for, so that the presence is noted meanwhile.
    if (isDue(marks) && performance.now() >= notBefore) sweeping ??= tryToSweep();
    return lookEveryMs;
  };

  const looking = keepLooking(look, (error) => {
    log.warn({ err: error }, 'the connection to Slack could not be noted');
    return lookEveryMs;
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await looking[Symbol.asyncDispose]();
      await sweeping;
    },
  };
}
