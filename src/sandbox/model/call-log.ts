// What the simulated model server was asked, for tests and for the curious.

import type { ChatRequest } from './chat-request.ts';
import type { ModelFault } from './model-faults.ts';
import type { ReadPicture } from './picture-reader.ts';

/** One completion that was asked for. The later fields are filled in as it goes on. */
export interface Call {
  /** From 1, in order of arrival. */
  readonly number: number;
  readonly requestId: string | undefined;
  /** The text after the pictures in the user's message. */
  readonly rowText: string;
  readonly fault: ModelFault | undefined;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Completions in flight when it came, itself included. */
  readonly inFlight: number;
  pictures: readonly ReadPicture[];
  /** Pictures included; 0 where the request did not get so far. */
  promptTokens: number;
  endedMs?: number;
  /** The HTTP status that was answered, or what became of the connection instead. */
  result?: number | 'reset' | 'disconnected';
}

export interface CallLog {
  readonly calls: readonly Call[];
  begin(request: ChatRequest, fault: ModelFault | undefined): Call;
  end(call: Call, result: NonNullable<Call['result']>): void;
  readonly peakInFlight: number;
}

const keptCalls = 20_000;
/** Let go of at once, so that a call costs the same however many there were. */
const forgottenCalls = 2000;

export function createCallLog(): CallLog {
  const calls: Call[] = [];
  let begun = 0;
  let inFlight = 0;
  let peakInFlight = 0;
  return {
    calls,
    get peakInFlight() {
      return peakInFlight;
    },
    begin: ({ requestId, rowText }, fault) => {
      begun += 1;
      inFlight += 1;
      peakInFlight = Math.max(peakInFlight, inFlight);
      const times = { startedMs: Date.now(), inFlight };
      const call = {
        number: begun,
        requestId,
        rowText,
        fault,
        ...times,
        pictures: [],
        promptTokens: 0,
      };
      calls.push(call);
      if (calls.length > keptCalls + forgottenCalls) calls.splice(0, forgottenCalls);
      return call;
    },
    end: (call, result) => {
      inFlight -= 1;
      call.endedMs = Date.now();
      call.result = result;
    },
  };
}
