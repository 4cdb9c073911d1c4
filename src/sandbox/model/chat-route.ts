// POST /v1/chat/completions: notes what is asked, meets the fault that is due, and lets go of the
// request when the client goes away or the engine dies.

import type { FaultScript } from '../http/fault-script.ts';
import type { Reply } from '../http/reply.ts';
import type { Ask } from '../http/reply-server.ts';
import { ApiError, toEngineDeadError } from './api-error.ts';
import type { Call, CallLog } from './call-log.ts';
import { parseChatRequest } from './chat-request.ts';
import { completeChat, type ServedModel } from './complete-chat.ts';
import type { ModelFault } from './model-faults.ts';
import { readJson, type Route } from './model-routes.ts';

export interface ChatRouteParts {
  readonly model: ServedModel;
  readonly log: CallLog;
  readonly script: FaultScript<ModelFault>;
  /** Called when a fault has killed the engine; everything in flight fails at that moment. */
  onEngineDeath(): void;
}

export function createChatRoute({ model, log, script, onEngineDeath }: ChatRouteParts): Route {
  const inFlight = new Set<AbortController>();
  const killEngine = (): void => {
    onEngineDeath();
    for (const abort of inFlight) abort.abort(toEngineDeadError());
  };

  return async (ask) => {
    const request = parseChatRequest(withRequestId(await readJson(ask), ask));
    const fault = script.take(request.text);
    const call = log.begin(request, fault);
    inFlight.add(ask.abort);
    if (fault?.engineDead === true) killEngine();
    try {
      const { signal } = ask.abort;
      const reply = await completeChat(model, { request, fault: fault ?? {}, seen: call, signal });
      log.end(call, toResult(reply));
      return reply;
    } catch (error) {
      log.end(call, error instanceof ApiError ? error.status : 'disconnected');
      // What was refused never reached the engine, and counts there as nothing.
      if (ask.abort.signal.aborted)
        model.metrics.onLost(error instanceof ApiError ? 'error' : 'abort');
      throw error;
    } finally {
      inFlight.delete(ask.abort);
    }
  };
}

function toResult(reply: Reply): NonNullable<Call['result']> {
  return reply.broken === 'reset' ? 'reset' : reply.status;
}

/** The header is the other way to name a request; the field in the body goes before it. */
function withRequestId(body: unknown, { headers }: Ask): unknown {
  const id = headers['x-request-id'];
  if (typeof id !== 'string' || typeof body !== 'object' || body === null) return body;
  return { request_id: id, ...body };
}
