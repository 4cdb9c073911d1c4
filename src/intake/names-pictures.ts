// Whether a table that cannot be opened was meant to be one of pictures all the same.

import { UserError } from '../errors.ts';
import { readHead } from './file-head.ts';
import { isImageName } from './image-names.ts';

const utf16 = { littleEndian: [0xff, 0xfe], bigEndian: [0xfe, 0xff] } as const;

/** True when the file's header names a picture column; reads 64 kB at most. */
export async function namesPictures(path: string): Promise<boolean> {
  const head = await readHead(path).catch(toNothing);
  const [first = '', second = ''] = decode(head).split(/\r\n|\r|\n/, 2);
  const header = first.startsWith('sep=') ? second : first;
  return header.split(/[,;|\t]/).some((cell) => isImageName(cell));
}

/** A file that is empty or too large names nothing. */
function toNothing(error: unknown): Buffer {
  if (error instanceof UserError) return Buffer.alloc(0);
  throw error;
}

/** GB18030 where it is not UTF-8: a Chinese header then reads right, any other stays readable. */
function decode(head: Buffer): string {
  const starts = (mark: readonly number[]): boolean =>
    mark.every((byte, index) => head[index] === byte);
  if (starts(utf16.littleEndian)) return new TextDecoder('utf-16le').decode(head);
  if (starts(utf16.bigEndian)) return new TextDecoder('utf-16be').decode(head);
  const text = new TextDecoder('utf-8').decode(head, { stream: true });
  return text.includes('\uFFFD') ? new TextDecoder('gb18030').decode(head) : text;
}
