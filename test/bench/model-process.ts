// The simulated model server as the benchmark sees it: a process of its own, and a note of each request.

import { join } from 'node:path';
import type { Call } from '../../src/sandbox/model/call-log.ts';
import type { ModelServerOptions } from '../../src/sandbox/model/model-server.ts';
import { forkProgram } from './forked-program.ts';

export type ModelOptions = ModelServerOptions;

export type ModelOrder = 'look';

export interface CallNote extends Pick<
  Call,
  'number' | 'rowText' | 'startedMs' | 'inFlight' | 'promptTokens'
> {
  /** Milliseconds since 1970, as `startedMs`. */
  readonly endedMs: number;
  readonly result: NonNullable<Call['result']>;
}

export interface ModelLook {
  readonly url: string;
  readonly model: string;
  /** Requests that the engine works on, and that wait for it. */
  readonly running: number;
  readonly waiting: number;
  /** The most requests in flight at once since it was started. */
  readonly peakInFlight: number;
  /** Requests that have ended since the last look, in order of arrival. */
  readonly ended: readonly CallNote[];
}

export interface ModelProcess extends AsyncDisposable {
  readonly url: string;
  /** The served model's name. */
  readonly model: string;
  readonly pid: number;
  /** The server keeps notes of 20,000 requests: look more often than that. */
  look(): Promise<ModelLook>;
}

export async function startModelProcess(options: ModelOptions): Promise<ModelProcess> {
  const file = join(import.meta.dirname, 'model-program.ts');
  const program = forkProgram<ModelOrder, ModelLook>(file, [JSON.stringify(options)]);
  const { url, model } = await program.ask('look');
  return {
    url,
    model,
    pid: program.pid,
    look: () => program.ask('look'),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
