// What makes the pace go down: the server refuses, throws work out of its memory, or has more waiting than
// it needs to be busy. Each rule answers with a move, or undefined where it has nothing to say.

import type { Move } from './types.ts';
import type { ServerView, View } from './view.ts';

/** Above this the KV cache is close to throwing requests out, whose work is then done twice. */
export const mostKvUse = 0.92;
/** Where to be instead: as many run as can without that. */
export const bestKvUse = 0.905;

const lidMs = 60_000;
const slowGrowth = 1.05;

/** Requests in the server's queue: fewer than `low` and it may run dry, more than `high` gain nothing. */
export function toQueueBand(running: number): { readonly low: number; readonly high: number } {
  return { low: Math.max(2, 0.04 * running), high: Math.max(6, 0.12 * running) };
}

/** 503 or 429: the server, or a router before it, takes no more. */
export function onBusy(view: View, budget: number): Move | undefined {
  const { now } = view;
  if (now.busy === 0 || view.cutting) return undefined;
  const base = Math.min(budget, Math.max(now.weight, budget / 2));
  const share = now.busy / Math.max(view.jobs, now.busy);
  return {
    to: base * (1 - Math.min(Math.max(share, 0.05), 0.3)),
    growth: slowGrowth,
    lid: { budget: base * 0.95, untilMs: now.atMs + lidMs },
    note: {
      cause: 'busy',
      text: 'the model server refuses requests as too many (429 or 503): look at --max-num-queued-reqs, or at the limits of the router before it',
    },
  };
}

/** The KV cache is full, or was so full that the server threw requests out. */
export function onMemory(view: View, budget: number): Move | undefined {
  const { server, now } = view;
  if (server === undefined || view.cutting) return undefined;
  const isFull = view.samples >= 3 && server.kvUse > mostKvUse;
  if (server.preempted === 0 && !isFull) return undefined;
  const to = Math.min(budget * 0.98, toFitting(view, server));
  const lid = { budget: to * 1.05, untilMs: now.atMs + lidMs };
  return {
    to: Math.max(to, budget * 0.5),
    growth: slowGrowth,
    ...(server.preempted > 0 ? { lid } : {}),
    note: {
      cause: 'kv',
      text: 'the KV cache of the model server is the limit: a higher --gpu-memory-utilization, --kv-cache-dtype fp8 or smaller images would let more rows run at once',
    },
  };
}

/** The weight with which the running requests fill the KV cache as far as is good, and none waits for it. */
function toFitting({ jobs, perJob }: View, server: ServerView): number {
  const { running, waiting, share } = server;
  const kvUse = Math.max(server.kvUse, server.now.kvUse);
  const excess = waiting + running * Math.max(1 - bestKvUse / kvUse, 0);
  return (jobs - excess * share) * perJob;
}

/** More wait than the server needs; latency grows and nothing is gained. */
export function onQueue(view: View, budget: number): Move | undefined {
  const { server } = view;
  if (server === undefined) return undefined;
  const { low, high } = toQueueBand(server.now.running);
  const waiting = findQueue(view, server) * server.share;
  if (waiting <= high) return undefined;
  const excess = Math.min(waiting - (low + high) / 2, 0.5 * view.jobs);
  return { to: budget - excess * view.perJob, growth: slowGrowth };
}

/** Requests that always wait. Those that were sent together come and go in waves, of which a turnover shows all;
 *  a queue that stands in front of a server that takes no more at once shows sooner. */
function findQueue({ samples, turnovers }: View, server: ServerView): number {
  if (samples >= 8 && turnovers >= 1.5) return server.waitingMostly;
  return turnovers >= 0.25 ? server.standing : 0;
}

const mostUnseen = 0.35;

/** Whether so many are in neither of the server's counts that its preprocessing must be the bottleneck. */
export function isRenderBound(view: View): boolean {
  const { server, jobs } = view;
  return server !== undefined && server.unseen > Math.max(4, mostUnseen * jobs);
}

/** Requests queue before the engine, in image preprocessing, where the server does not count them. */
export function onRender(view: View, budget: number): Move | undefined {
  const { server, jobs } = view;
  if (server === undefined || view.samples < 5 || view.draining || server.growing) return undefined;
  if (!isRenderBound(view)) return undefined;
  const isFar = server.unseen > Math.max(8, 0.5 * jobs);
  const excess = isFar ? server.unseen - 0.3 * jobs : 0;
  return {
    to: budget - excess * view.perJob,
    growth: slowGrowth,
    note: {
      cause: 'render',
      text: 'image preprocessing in the model server is the bottleneck, not the GPU: --api-server-count 2 or more, or smaller images, would help; where the address leads to several servers, name each of them in VLLM_URL instead',
    },
  };
}
