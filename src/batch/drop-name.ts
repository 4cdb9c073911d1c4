// The name under which people know a drop of several files.

import type { DroppedFile } from './batch.ts';
import { toFileKind, type FileKind } from './file-kind.ts';

type NamedFile = Pick<DroppedFile, 'name' | 'kind'>;

/** A file of unknown kind (Slack has told no more than its id) is not one of pictures. */
function kindOf({ name, kind }: NamedFile): FileKind {
  return kind ?? toFileKind(name);
}

/** The archive's name, else the table's; undefined for loose pictures, which have no name as a whole. */
export function toDropName(files: readonly NamedFile[]): string | undefined {
  const archive = files.find((file) => kindOf(file) === 'archive');
  const other = files.find((file) => kindOf(file) !== 'picture');
  return (archive ?? other)?.name;
}
