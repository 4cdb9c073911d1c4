// The host of the benchmark's pictures: /photos/<number>.jpg is a photo of its own for every number.

import { join } from 'node:path';
import type { Size } from '../../src/batch/tokens.ts';
import { forkProgram } from './forked-program.ts';

export interface HostOrder {
  /** Serves photos of this size from now on. */
  readonly photo?: Size;
}

export interface HostLook {
  readonly host: string;
  /** Pictures served so far. */
  readonly served: number;
  readonly photoBytes: number;
}

export interface BenchPictureHost extends AsyncDisposable {
  /** 127.0.0.1:port */
  readonly host: string;
  readonly pid: number;
  /** Below 2^20. Two numbers are two pictures, also after shrinking. */
  urlOf(number: number): string;
  /** The size of all photos from now on. */
  serve(photo: Size): Promise<HostLook>;
  look(): Promise<HostLook>;
}

export async function startBenchPictureHost(photo: Size): Promise<BenchPictureHost> {
  const program = forkProgram<HostOrder, HostLook>(
    join(import.meta.dirname, 'pictures-program.ts'),
  );
  const { host } = await program.ask({ photo });
  return {
    host,
    pid: program.pid,
    urlOf: (number) => `http://${host}/photos/${number}.jpg`,
    serve: (size) => program.ask({ photo: size }),
    look: () => program.ask({}),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
