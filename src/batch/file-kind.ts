// What a dropped file is good for, as far as its name and media type tell.

import { isTableName } from './table-name.ts';

/** 'unpackable': an archive of a kind that is not read here. */
export type FileKind = 'table' | 'archive' | 'picture' | 'unpackable' | 'other';

const extensions: readonly (readonly [FileKind, RegExp])[] = [
  ['archive', /\.zip$/i],
  ['picture', /\.(?:jpe?g|png|webp|gif|avif)$/i],
  ['unpackable', /\.(?:rar|7z|tar|tgz|tar\.(?:gz|bz2|xz|zst))$/i],
];

const mimetypes: readonly (readonly [FileKind, RegExp])[] = [
  ['archive', /^application\/(?:x-)?zip(?:-compressed)?$/i],
  ['picture', /^image\/(?:jpeg|png|webp|gif|avif)$/i],
];

/** The name decides; the media type only where the name says nothing. */
export function toFileKind(name: string, mimetype = ''): FileKind {
  const trimmed = name.trim();
  const named = extensions.find(([, pattern]) => pattern.test(trimmed))?.[0];
  if (named !== undefined) return named;
  if (isTableName(trimmed, mimetype)) return 'table';
  return mimetypes.find(([, pattern]) => pattern.test(mimetype.trim()))?.[0] ?? 'other';
}
