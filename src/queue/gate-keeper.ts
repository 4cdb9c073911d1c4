// Keeps a gate's state in Redis true: slots of processes that are gone are freed, sums that a lost reply
// has made wrong are mended, and a state that is gone is set up again. Every process does it.

import type { Redis } from 'ioredis';
import { readLua } from './script.ts';
import { watchConnection } from './watch-connection.ts';

/** Longer than any pause of a healthy process, short enough for a killed one's slots to be free in 15 s. */
const unseenMs = 8000;
const reapEveryMs = 2000;

const reapScript = readLua('gate-reap');
const reconcileScript = readLua('gate-reconcile');

export interface GateKeeperOptions {
  readonly client: Redis;
  /** The limiter's id, which its keys are named for. */
  readonly id: string;
  /** Lets the limiter look at its state: it gives freed slots out, and sets up anew what was lost. */
  readonly refresh: () => Promise<unknown>;
  /** Told the stored budget every 2 s: another process may have set it. */
  readonly onBudget: (stored: string) => Promise<void>;
  readonly reconcileEveryMs: number;
  readonly onError: (error: unknown) => void;
  /** Told whenever slots of another process were freed, or sums were mended. */
  readonly onRepair: (repair: GateRepair) => void;
}

export type GateRepair =
  | { readonly kind: 'reaped'; readonly slots: number }
  | { readonly kind: 'reconciled'; readonly before: number; readonly now: number };

export interface GateKeeper {
  stop(): void;
}

export function createGateKeeper(options: GateKeeperOptions): GateKeeper {
  const { client, id } = options;
  const isSteady = watchConnection(client);
  const key = (part: string): string => `b_${id}_${part}`;
  const reap = async (): Promise<void> => {
    if (!isSteady(unseenMs)) return;
    const keys = [key('job_clients'), key('job_expirations'), key('seen')];
    const slots = Number(await client.eval(reapScript, 3, ...keys, unseenMs));
    if (slots > 0) options.onRepair({ kind: 'reaped', slots });
    const budget = await client.hget(key('settings'), 'maxConcurrent');
    if (budget !== null) await options.onBudget(budget);
    if (slots > 0 || budget === null) await options.refresh();
  };
  const reconcile = async (): Promise<void> => {
    const parts = ['settings', 'job_weights', 'job_clients', 'client_running'];
    const reply = await client.eval(reconcileScript, 4, ...parts.map(key));
    const [before, now] = Array.isArray(reply) ? reply.map(Number) : [];
    if (before === undefined || now === undefined || before === now) return;
    options.onRepair({ kind: 'reconciled', before, now });
  };
  const timers = [
    every(reapEveryMs, reap, options),
    every(options.reconcileEveryMs, reconcile, options),
  ];
  return {
    stop: () => timers.forEach((timer) => clearInterval(timer)),
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
