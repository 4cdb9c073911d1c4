// Joins the pace of one model server with what it needs: the gate, the server's metrics, and Redis.

import type { Log } from '../logger.ts';
import type { Gate } from '../queue/gate.ts';
import { createPaceStore } from '../queue/pace-store.ts';
import type { Store } from '../queue/store.ts';
import { createLoadReader } from '../vllm/read-load.ts';
import { keepPace } from '../work/keep-pace.ts';

export interface PaceParts {
  /** The endpoint's name. */
  readonly name: string;
  /** The model server's base address. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** The most weight that may be in flight; without it the server's own signs are the only limit. */
  readonly ceiling?: number | undefined;
  readonly gate: Pick<Gate, 'counts' | 'setBudget'>;
  readonly store: Store;
  /** Whether the endpoint is open, as far as this process knows. */
  readonly isOpen: () => boolean;
  readonly log: Log;
  /** Between looks at the server; default 1000. */
  readonly intervalMs?: number;
}

/** The right to set the budget outlives its holder by so many looks. */
const leaseLooks = 4;

export interface Pace extends AsyncDisposable {
  /** The server said that it is busy (429, 503). Never throws. */
  noteBusy(): void;
}

/** Works at once; call it once for each endpoint and process. Disposing leaves the budget as it is. */
export function startPace(parts: PaceParts): Pace {
  const { name, gate, log, ceiling, isOpen, intervalMs = 1000 } = parts;
  const store = createPaceStore({
    store: parts.store,
    endpoint: name,
    leaseMs: leaseLooks * intervalMs,
    onError: (error) => log.warn({ err: error, endpoint: name }, 'a busy answer was not counted'),
  });
  const reader = createLoadReader({ url: parts.url, apiKey: parts.apiKey });
  const stopping = new AbortController();
  const done = keepPace({
    name,
    gate,
    store,
    log,
    ceiling,
    isOpen,
    intervalMs,
    readLoad: (signal) => reader.read(signal),
    signal: stopping.signal,
  });
  return {
    noteBusy: store.noteBusy,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
      await reader.close();
    },
  };
}
