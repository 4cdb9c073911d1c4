// The model servers of this process's settings: each with a gate, a breaker, a pace and a watch of its own.

import { firstBudget } from '../batch/budget.ts';
import type { EngineParts, RowEdge } from './engine.ts';
import { toEndpointName } from '../batch/endpoint-name.ts';
import { createEndpoint, type Endpoint } from '../queue/endpoint.ts';
import { createGate, type Gate } from '../queue/gate.ts';
import { followEndpoint } from './follow-endpoint.ts';
import { startPace, type Pace } from './start-pace.ts';
import { toWatchedServer } from './watched-server.ts';
import { createBreaker } from '../vllm/breaker.ts';
import { createModelServer, type ModelServer } from '../vllm/model-server.ts';
import { watchServer } from '../vllm/watch-server.ts';
import type { ModelEndpoint } from '../work/ports.ts';

/** A model server with what its owner needs beyond a row's. */
export interface OwnEndpoint extends ModelEndpoint {
  readonly gate: Gate;
  readonly state: Endpoint;
}

/** A slot counts as free this long after its request's deadline, whatever became of its holder. */
const slotExpiryMs = 15_000;

/** How often this process looks whether others have closed or opened an endpoint. */
const lookEveryMs = 1000;

/** Rejects where Redis does not answer. */
export async function openModelEndpoints(
  parts: EngineParts,
  edges: RowEdge,
): Promise<{ readonly endpoints: readonly OwnEndpoint[] } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { urls } = parts.config.model;
  const names = urls.map(toEndpointName);
  const endpoints: OwnEndpoint[] = [];
  for (const url of urls) {
    const endpoint = await openEndpoint({ url, names, parts, edges }, stack);
    stack.use(startWatch(endpoint, parts));
    stack.use(followEndpoint(endpoint.state, lookEveryMs));
    endpoints.push(endpoint);
  }
  const started = stack.move();
  return { endpoints, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

interface Place {
  readonly url: string;
  readonly names: readonly string[];
  readonly parts: EngineParts;
  readonly edges: RowEdge;
}

async function openEndpoint(
  { url, names, parts, edges }: Place,
  stack: AsyncDisposableStack,
): Promise<OwnEndpoint> {
  const name = toEndpointName(url);
  const gate = stack.adopt(await openGate(name, parts, edges), (each) => each.close());
  const own = stack.adopt(openServer(url, parts), (each) => each.close());
  const server = toWatchedServer(own, name, edges);
  const state = createEndpoint(parts.stores.store, name, names);
  // Others may have closed it.
  await state.closed();
  const { isOpen } = state;
  const pace = stack.use(startPaceAt(url, { name, gate, isOpen }, parts));
  return { name, gate, server, breaker: createBreaker(), state, isOpen, noteBusy: pace.noteBusy };
}

function startPaceAt(
  url: string,
  guarded: Pick<OwnEndpoint, 'name' | 'gate' | 'isOpen'>,
  { config, log, stores }: EngineParts,
): Pace {
  const { apiKey, maxInFlight: ceiling } = config.model;
  return startPace({ ...guarded, url, apiKey, ceiling, log, store: stores.store });
}

function openGate(
  endpoint: string,
  { config, log }: EngineParts,
  { onRepair }: RowEdge,
): Promise<Gate> {
  return createGate({
    redisUrl: config.redisUrl,
    prefix: config.keyPrefix,
    endpoint,
    budget: Math.min(firstBudget, config.model.maxInFlight ?? firstBudget),
    expirationMs: config.model.timeoutMs + slotExpiryMs,
    onError: (error) => log.warn({ err: error, endpoint }, 'the gate is in trouble'),
    onRepair: (repair) => {
      log.warn({ repair, endpoint }, 'slots of the gate were repaired');
      onRepair?.({ endpoint, ...repair });
    },
  });
}

function openServer(url: string, { config, log }: EngineParts): ModelServer {
  return createModelServer({
    url,
    apiKey: config.model.apiKey,
    model: config.model.name,
    requestTimeoutMs: config.model.timeoutMs,
    log: log.child({ endpoint: toEndpointName(url) }),
  });
}

/** Looks after the server while its endpoint is closed. */
function startWatch({ name, server, state }: OwnEndpoint, parts: EngineParts): AsyncDisposable {
  const { log, stores } = parts;
  const stopping = new AbortController();
  const note = (model: string): Promise<void> =>
    stores.ledger.noteServedModel(model).catch((error: unknown) => {
      log.warn({ err: error, endpoint: name }, 'the model that is served was not noted');
    });
  const watch = watchServer({
    log: log.child({ endpoint: name }),
    signal: stopping.signal,
    async probe(signal) {
      const found = await server.probe(signal);
      const model = found === 'up' ? await server.findModel(signal) : undefined;
      if (model !== undefined) await note(model);
      return found;
    },
    isWaitedFor: state.isWaitedFor,
    open: state.open,
    close: state.close,
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await watch;
    },
  };
}
