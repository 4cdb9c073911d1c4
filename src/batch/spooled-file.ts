// A dropped file on this machine's disk.

import type { FileKind } from './file-kind.ts';

export interface SpooledFile {
  readonly path: string;
  /** The name that the person knows it by. */
  readonly name: string;
  readonly bytes: number;
  /** sha256, hex. */
  readonly hash: string;
}

/** The same with what it is good for. */
export interface SortedFile extends SpooledFile {
  readonly kind: FileKind;
}
