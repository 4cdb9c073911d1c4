// Keeps a gate's state in Redis true: slots of processes that are gone are freed, sums that a lost reply
// has made wrong are mended, and a state that is gone is set up again. Every process does it, and frees
// those of its own slots that it does not know.

import type { Redis } from 'ioredis';
import { readLua } from './script.ts';
import type { SlotBook } from './slot-book.ts';
import { watchConnection } from './watch-connection.ts';

/** Longer than any pause of a healthy process, short enough for a killed one's slots to be free in 15 s. */
const unseenMs = 8000;
const lookEveryMs = 2000;
const dayMs = 24 * 3600 * 1000;

const keepEndsScript = readLua('gate-keep-ends');
const reapScript = readLua('gate-reap');
const reconcileScript = readLua('gate-reconcile');

/** What Bottleneck's keys of a gate end with, and our own. */
const parts = [
  'settings',
  'job_weights',
  'job_expirations',
  'job_clients',
  'client_running',
  'client_num_queued',
  'client_last_registered',
  'client_last_seen',
  'seen',
];

export interface GateKeeperOptions {
  readonly client: Redis;
  readonly slots: SlotBook;
  /** The limiter's id, which its keys are named for. */
  readonly id: string;
  /** Lets the limiter look at its state: it gives freed slots out, and sets up anew what was lost. */
  readonly refresh: () => Promise<unknown>;
  /** Told the stored budget every 2 s: another process may have set it. */
  readonly onBudget: (stored: string) => Promise<void>;
  readonly reconcileEveryMs: number;
  readonly onError: (error: unknown) => void;
  /** Told whenever slots of another process were freed (`reaped`), slots of this one that nobody holds
   *  (`orphaned`), or sums were mended. */
  readonly onRepair: (repair: GateRepair) => void;
}

export type GateRepair =
  | { readonly kind: 'reaped' | 'orphaned'; readonly slots: number }
  | { readonly kind: 'reconciled'; readonly before: number; readonly now: number };

export interface GateKeeper {
  stop(): void;
}

export function createGateKeeper(options: GateKeeperOptions): GateKeeper {
  const { client, id } = options;
  const isSteady = watchConnection(client);
  const key = (part: string): string => `b_${id}_${part}`;
  const findOrphans = createOrphanSearch(options.slots);
  const freeOrphans = async (): Promise<void> => {
    const orphans = findOrphans(await client.hgetall(key('job_clients')));
    if (orphans.length === 0) return;
    await client.zadd(key('job_expirations'), ...orphans.flatMap((slot) => [0, slot]));
    options.onRepair({ kind: 'orphaned', slots: orphans.length });
    await options.refresh();
  };
  let refusedMs = -Infinity;
  const reap = async (): Promise<void> => {
    const isTrusted = isSteady(unseenMs) && performance.now() - refusedMs >= unseenMs;
    const keys = [key('job_clients'), key('job_expirations'), key('seen')];
    const silence = isTrusted ? unseenMs : Number.MAX_SAFE_INTEGER;
    // While Redis takes no writes nobody can say that he lives.
    const reply = client.eval(reapScript, 3, ...keys, silence).catch((error: unknown) => {
      refusedMs = performance.now();
      throw error;
    });
    const slots = Number(await reply);
    if (slots > 0) options.onRepair({ kind: 'reaped', slots });
    const budget = await client.hget(key('settings'), 'maxConcurrent');
    if (budget !== null) await options.onBudget(budget);
    if (slots > 0 || budget === null) await options.refresh();
  };
  const reconcile = async (): Promise<void> => {
    const sums = ['settings', 'job_weights', 'job_clients', 'client_running'];
    const reply = await client.eval(reconcileScript, 4, ...sums.map(key));
    const [before, now] = Array.isArray(reply) ? reply.map(Number) : [];
    if (before === undefined || now === undefined || before === now) return;
    options.onRepair({ kind: 'reconciled', before, now });
  };
  const keepEnds = async (): Promise<void> => {
    await client.eval(keepEndsScript, parts.length, ...parts.map(key), dayMs);
  };
  const look = async (): Promise<void> => {
    await reap();
    await freeOrphans();
    await keepEnds();
  };
  const timers = [
    every(lookEveryMs, look, options),
    every(options.reconcileEveryMs, reconcile, options),
  ];
  return {
    stop: () => timers.forEach((timer) => clearInterval(timer)),
  };
}

/** Finds the slots that Redis holds in this process's name and the process does not know, at two looks in a
 *  row: a script that is sent again after a failure is unknown for a moment. */
function createOrphanSearch(
  slots: SlotBook,
): (clientOfSlot: Readonly<Record<string, string>>) => readonly string[] {
  let suspects = new Set<string>();
  return (clientOfSlot) => {
    const unknown = Object.entries(clientOfSlot).flatMap(([slot, client]) =>
      client === slots.client() && !slots.has(slot) ? [slot] : [],
    );
    const orphans = unknown.filter((slot) => suspects.has(slot));
    suspects = new Set(unknown);
    return orphans;
  };
}

/** Not twice at once: while Redis is away a call takes as long as that. */
function every(
  ms: number,
  act: () => Promise<void>,
  { onError }: Pick<GateKeeperOptions, 'onError'>,
): NodeJS.Timeout {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    act()
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, ms);
  return timer.unref();
}
