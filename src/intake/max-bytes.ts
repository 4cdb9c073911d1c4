// How large a dropped file may be.

import type { FileKind } from '../batch/file-kind.ts';
import { maxFileBytes } from './file-head.ts';

/** About what Slack takes. */
const maxArchiveBytes = 1024 ** 3;

/** Bytes; tables are read whole, archives a picture at a time. */
export function maxBytesOf(kind: FileKind): number {
  return kind === 'archive' ? maxArchiveBytes : maxFileBytes;
}
