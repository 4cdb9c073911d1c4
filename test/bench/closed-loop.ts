// The peers that Darkroom is measured against: so many workers, each of which sends its next request when
// it has its answer; in a process of its own.

import { join } from 'node:path';
import { forkProgram } from './forked-program.ts';

/** `prepared`: pictures that Darkroom has shrunk, before the time begins to count. `linked`: the server
 *  fetches them as they are. */
export type PictureWay = 'prepared' | 'linked';

export interface LoopOrder {
  readonly serverUrl: string;
  readonly model: string;
  /** 127.0.0.1:port of the picture host. */
  readonly pictureHost: string;
  readonly pictures: PictureWay;
  readonly workers: number;
  /** Number of the first product; others follow. */
  readonly first: number;
  /** What is under way after that time is broken off. */
  readonly seconds: number;
}

export interface LoopResult {
  readonly answered: number;
}

export interface ClosedLoop extends AsyncDisposable {
  /** Rejects where the server answers anything but 200. */
  run(order: LoopOrder): Promise<LoopResult>;
}

export function startClosedLoop(): ClosedLoop {
  const program = forkProgram<LoopOrder, LoopResult>(
    join(import.meta.dirname, 'closed-loop-program.ts'),
  );
  return {
    run: program.ask,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
