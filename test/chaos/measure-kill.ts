// Kills one replica and measures how long its rows and its slots of the gate stay lost to the others.

import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosWorld } from './chaos-world.ts';
import type { HeldLease } from './ledger-view.ts';
import type { BatchWatch } from './watch-batch.ts';

export interface MeasuredKill {
  /** Seconds until the last chunk that it held was there for the others. */
  readonly takeoverS: number;
  /** Seconds until another had room for the last one of them, and leased it. */
  readonly takenUpS: number;
  /** Seconds until the last slot that it held was free. */
  readonly gateS: number;
}

const lookEveryMs = 100;
const giveUpS = 40;

/** A lease of 8 s that is renewed every 2.5 s cannot end sooner after its holder's death. */
const soonestEndS = 5;

/** Settles when it is dead; `measured` comes later, to about 0.2 s. What does not come within 40 s counts
 *  as 40. */
export async function measureKill(
  world: ChaosWorld,
  watch: BatchWatch,
  victim: number,
): Promise<{ readonly measured: Promise<MeasuredKill> }> {
  const { ledger, fleet } = world;
  const id = watch.id() ?? '';
  const [leases, slots] = await Promise.all([ledger.leases(id), ledger.slots()]);
  await fleet.kill(victim);
  const killed = performance.now();
  const [takeover, gate] = [
    followLeases(world, { id, leases, killed }),
    followSlots(world, { jobs: [...slots.keys()], killed }),
  ];
  const measured = Promise.all([takeover, gate]).then(([times, gateS]) => ({ ...times, gateS }));
  return { measured };
}

/** The living renew their leases or end them soon; what neither happens to was the dead one's. */
async function followLeases(
  { ledger }: ChaosWorld,
  { id, leases, killed }: { id: string; leases: readonly HeldLease[]; killed: number },
): Promise<Pick<MeasuredKill, 'takeoverS' | 'takenUpS'>> {
  const open = new Map(leases.map((lease) => [lease.chunk, lease]));
  let [takeoverS, takenUpS] = [0, 0];
  while (open.size > 0) {
    await pause(lookEveryMs);
    const seconds = (performance.now() - killed) / 1000;
    if (seconds > giveUpS) break;
    const now = new Map((await ledger.leases(id)).map((lease) => [lease.chunk, lease]));
    const isWaiting = (await ledger.counts(id))?.pending !== 0;
    // Before that nothing ends for the dead one's sake.
    const isLate = seconds > soonestEndS;
    const fates = [...open].map(([chunk, before]) => ({
      chunk,
      fate: toFate(before, now.get(chunk)),
    }));
    const has = (wanted: Fate): boolean => isLate && fates.some(({ fate }) => fate === wanted);
    if (has('same')) takeoverS = seconds;
    if (has('moved')) takenUpS = seconds;
    for (const { chunk, fate } of fates) {
      if (!isOpen(fate, isWaiting && isLate)) open.delete(chunk);
    }
  }
  return { takeoverS, takenUpS: open.size > 0 ? giveUpS : takenUpS };
}

type Fate = 'same' | 'renewed' | 'moved' | 'ended';

/** A chunk whose lease has ended may still wait for its next holder. */
function isOpen(fate: Fate, mayWait: boolean): boolean {
  return fate === 'same' || (fate === 'ended' && mayWait);
}

function toFate(before: HeldLease, now: HeldLease | undefined): Fate {
  if (now === undefined) return 'ended';
  if (now.token !== before.token) return 'moved';
  return now.expiresMs > before.expiresMs ? 'renewed' : 'same';
}

/** The living end their jobs by themselves. */
async function followSlots(
  { ledger }: ChaosWorld,
  { jobs, killed }: { jobs: readonly string[]; killed: number },
): Promise<number> {
  const held = new Set(jobs);
  for (;;) {
    const seconds = (performance.now() - killed) / 1000;
    const now = await ledger.slots();
    for (const job of held) if (!now.has(job)) held.delete(job);
    if (held.size === 0 || seconds > giveUpS) return Math.min(seconds, giveUpS);
    await pause(lookEveryMs);
  }
}
