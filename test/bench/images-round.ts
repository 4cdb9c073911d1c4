// A round of the images benchmark as it is told to a process, and the process that runs it.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Contender = 'darkroom' | 'plain';

export interface Round {
  /** Whatever path is asked for beneath it is the picture. */
  readonly url: string;
  readonly pictures: number;
  readonly inFlight: number;
  readonly pixelBudget: number;
  /** What the budget makes of the picture. */
  readonly width: number;
  readonly height: number;
}

export interface RoundResult {
  readonly wallSeconds: number;
  /** Of all threads together. */
  readonly cpuSeconds: number;
  /** Base64 characters of a picture on average. */
  readonly charactersEach: number;
  /** The most memory that the process has held since it began. */
  readonly peakMegabytes: number;
}

export interface ContenderProcess extends AsyncDisposable {
  run(round: Round): Promise<RoundResult>;
}

/** As `npm start` sets them. */
const nodeFlags = ['--max-semi-space-size=4', '--max-old-space-size=400'];

export function startContender(contender: Contender): ContenderProcess {
  const program = join(import.meta.dirname, 'images-program.ts');
  const child = fork(program, [contender], { execArgv: nodeFlags });
  const exited = once(child, 'exit');
  return {
    async run(round) {
      const answered = Promise.withResolvers<RoundResult>();
      child.once('message', (result: RoundResult) => answered.resolve(result));
      child.send(round);
      const result = await Promise.race([answered.promise, exited.then(() => undefined)]);
      if (result === undefined) throw new Error(`The ${contender} process has ended early.`);
      return result;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
