// A simulated vLLM server: the HTTP API, the errors and the metrics of the real one, with answers that
// a program can check. No model runs in it.

import { openDoor, type Door } from '../http/door.ts';
import { createFaultScript } from '../http/fault-script.ts';
import { createReplyServer } from '../http/reply-server.ts';
import { createCallLog, type Call } from './call-log.ts';
import { createChatRoute } from './chat-route.ts';
import type { ServedModel } from './complete-chat.ts';
import { createControlRoutes } from './control-routes.ts';
import type { FixedTimes } from './fixed-time-engine.ts';
import type { EngineSettings } from './gpu-profiles.ts';
import { toUnavailableReply, type ModelFault } from './model-faults.ts';
import { createModelMetrics } from './model-metrics.ts';
import { answerWith, createModelRoutes, type Routes } from './model-routes.ts';
import type { OutputTokens } from './output-tokens.ts';
import { createPictureReader } from './picture-reader.ts';
import { createEngine, type ProfileName } from './profiles.ts';
import type { AreaBounds } from './token-count.ts';

export interface ModelServerOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** `instant` unless given. */
  readonly profile?: ProfileName;
  /** Changes single times of the profiles `instant` and `steady`. */
  readonly times?: Partial<FixedTimes>;
  /** Changes single settings of a GPU's profile, such as `apiServers`; of these, `instant` and `steady`
   *  know `maxNumSeqs` and `maxNumQueuedReqs`. */
  readonly settings?: Partial<EngineSettings>;
  /** Every answer counts and takes as long as so many tokens, if max_tokens allows; what it says stays
   *  the same. */
  readonly outputTokens?: number | OutputTokens;
  /** The served model's name. */
  readonly model?: string;
  /** Asked for on every path below /v1. */
  readonly apiKey?: string;
  /** Shows the metrics under the names of before version 0.12. */
  readonly oldMetricNames?: boolean;
  /** Tokens of prompt and answer together; 8192 unless given. */
  readonly maxModelLen?: number;
  /** The area that pictures are resized to, where a request says nothing of it
   *  (`--mm-processor-kwargs`); the model's own bounds unless given. */
  readonly bounds?: AreaBounds;
  /** Pictures in one prompt; 4 unless given. */
  readonly maxImages?: number;
  /** Fetches pictures that are named by a link, from this machine only; refuses them unless given. */
  readonly fetchesLinks?: boolean;
}

/** How the server is away: its port refuses, or a proxy in front of it answers 503 to everything. */
type Absence = 'refused' | 'unavailable';

export interface ModelServerFaults {
  /** What happens to the next `times` completions (that match). */
  next(fault: ModelFault, times?: number): void;
  clear(): void;
  /** Resolves when the server is away (true: refused), or back on the same port (false). */
  away(how: boolean | Absence): Promise<void>;
}

export interface ModelServer {
  /** http://127.0.0.1:<port>, without /v1. */
  readonly url: string;
  readonly port: number;
  readonly model: string;
  /** Every completion asked for, in order of arrival; at least the last 20,000. */
  readonly calls: readonly Call[];
  readonly faults: ModelServerFaults;
  /** Completions that the engine works on, and that wait for it. */
  running(): number;
  waiting(): number;
  /** The most completions that were ever in flight at once. */
  peakInFlight(): number;
  close(): Promise<void>;
}

const version = '0.33.0+simulated';
const defaultModel = 'Qwen/Qwen3-VL-4B-Instruct-FP8';

/** Starts it on loopback. Rejects where the port is taken, and where the KV cache could not hold one
 *  request of `maxModelLen`. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const model = createModel(options);
  const log = createCallLog();
  const script = createFaultScript<ModelFault>();
  let absence: Absence | undefined;
  const isAway = (): boolean => absence === 'refused';
  const away = async (how: boolean | Absence): Promise<void> => {
    if (how === false) absence = undefined;
    else absence = how === true ? 'refused' : how;
    if (isAway()) door.shut();
    else await door.open();
  };
  const faults: ModelServerFaults = { next: script.next, clear: script.clear, away };
  const onEngineDeath = (): void => {
    // The real server answers what is in flight and then exits.
    absence = 'refused';
    door.refuse();
  };
  const routes: Routes = {
    ...createModelRoutes(model),
    ...createControlRoutes(log, faults),
    'POST /v1/chat/completions': createChatRoute({ model, log, script, onEngineDeath }),
  };
  const server = createReplyServer(async (ask) => {
    // A connection from before the absence may still be open.
    if (isAway()) return { status: 503, broken: 'reset' };
    if (absence === 'unavailable' && !ask.path.startsWith('/sandbox/')) return toUnavailableReply();
    const reply = await answerWith(routes, ask, options.apiKey);
    return isAway() ? { ...reply, headers: { ...reply.headers, connection: 'close' } } : reply;
  });
  const door: Door = await openDoor(server, options.port);
  return {
    url: `http://127.0.0.1:${door.port}`,
    port: door.port,
    model: model.name,
    calls: log.calls,
    faults,
    running: () => model.engine.running,
    waiting: () => model.engine.waiting,
    peakInFlight: () => log.peakInFlight,
    close: async () => {
      door.shut();
      model[Symbol.dispose]();
    },
  };
}

function createModel(options: ModelServerOptions): ServedModel & Disposable {
  const { profile = 'instant', times, settings, oldMetricNames, outputTokens } = options;
  const { maxModelLen = 8192 } = options;
  const name = options.model ?? defaultModel;
  const metrics = createModelMetrics({ model: name, oldNames: oldMetricNames });
  const engine = createEngine({ profile, times, settings, onSteps: metrics.onSteps });
  if (maxModelLen > engine.cacheTokens) {
    engine[Symbol.dispose]();
    throw new RangeError(
      `To serve at least one request with a max_model_len of ${maxModelLen}, a larger KV cache is needed than one of ${engine.cacheTokens} tokens.`,
    );
  }
  return {
    name,
    version,
    engine,
    metrics,
    outputTokens: typeof outputTokens === 'number' ? { tokens: outputTokens } : outputTokens,
    maxModelLen,
    bounds: options.bounds,
    maxImages: options.maxImages ?? 4,
    pictures: createPictureReader({ fetchesLinks: options.fetchesLinks }),
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}
