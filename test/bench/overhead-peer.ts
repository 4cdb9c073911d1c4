// What Darkroom's cost for a row is measured against: p-queue and the openai package, and a plain closed loop
// that shows what the simulated server itself can do.

import { join } from 'node:path';
import { forkProgram } from './forked-program.ts';

export interface PeerOrder {
  /** `openai`: rows queued in p-queue, sent with the openai package, the answers read as Darkroom reads
   *  them. `plain`: requests as they are, made beforehand. */
  readonly way: 'openai' | 'plain';
  readonly serverUrl: string;
  readonly model: string;
  /** The picture of all rows. */
  readonly picture: string;
  readonly rows: number;
  /** Number of the first product. */
  readonly first: number;
  readonly inFlight: number;
}

export interface PeerResult {
  readonly seconds: number;
  /** Of all threads of the process. */
  readonly cpuMs: number;
}

export interface Peer extends AsyncDisposable {
  run(order: PeerOrder): Promise<PeerResult>;
}

export function startPeer(): Peer {
  const program = forkProgram<PeerOrder, PeerResult>(
    join(import.meta.dirname, 'overhead-peer-program.ts'),
  );
  return {
    run: program.ask,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
