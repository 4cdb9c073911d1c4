// A dropped file on this machine's disk.

export interface SpooledFile {
  readonly path: string;
  /** The name that the person knows it by. */
  readonly name: string;
  readonly bytes: number;
  /** sha256, hex. */
  readonly hash: string;
}
