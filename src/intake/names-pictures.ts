// Whether a table that cannot be opened was meant to be one of pictures all the same.

import { readHead } from './file-head.ts';
import { isImageName } from './image-names.ts';

const utf16 = { littleEndian: [0xff, 0xfe], bigEndian: [0xfe, 0xff] } as const;

/** True when one of the file's first lines names a picture column; reads 64 kB at most. */
export async function namesPictures(path: string): Promise<boolean> {
  const head = await readHead(path);
  const lines = decode(head).split(/\r\n|\r|\n/, maxLines);
  return lines.some((line) => line.split(/[,;|\t]/).some((cell) => isImageName(cell)));
}

/** A `sep=` line may stand before the header. */
const maxLines = 2;

/** GB18030 where it is not UTF-8: a Chinese header then reads right, any other stays readable. */
function decode(head: Buffer): string {
  const starts = (mark: readonly number[]): boolean =>
    mark.every((byte, index) => head[index] === byte);
  if (starts(utf16.littleEndian)) return new TextDecoder('utf-16le').decode(head);
  if (starts(utf16.bigEndian)) return new TextDecoder('utf-16be').decode(head);
  const text = new TextDecoder('utf-8').decode(head);
  return text.includes('\uFFFD') ? new TextDecoder('gb18030').decode(head) : text;
}
