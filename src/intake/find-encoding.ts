// How a table's bytes become text: by BOM, by the NUL pattern of UTF-16, else UTF-8 if the whole file is
// valid UTF-8, else GB18030 (the superset of GBK that Chinese Windows writes) if the whole file is that.

import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import type { Table } from '../batch/table.ts';
import { fail } from '../errors.ts';
import { readPiece } from './file-head.ts';
import { findInvalidByte } from './find-invalid-byte.ts';
import { seemsGb18030 } from './seems-gb18030.ts';

type Encoding = Table['encoding'];

/** Where the text begins, after a BOM, and how it is encoded. */
export interface TextStart {
  readonly encoding: Encoding;
  /** Bytes from the beginning of the file. */
  readonly start: number;
}

const byteOrderMarks: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** ASCII takes every second byte of UTF-16 as NUL; a table always holds links and separators. */
const minNulShare = 0.1;
/** What is looked at before a byte that is not UTF-8. */
const aroundBytes = 4096;
/** Text has no control characters to speak of. */
const maxControlShare = 0.05;

/**
 * Reads the whole file once. Refuses bytes that are no text (E_CSV_BINARY) and text in none of the
 * encodings (E_CSV_ENCODING, with the position of the first bad byte).
 */
export async function findEncoding(
  path: string,
  head: Buffer,
  signal?: AbortSignal,
): Promise<TextStart> {
  const certain = findMark(head) ?? findUtf16(head);
  if (certain === undefined && isBinary(head)) fail('E_CSV_BINARY', {});
  const guess: TextStart = certain ?? { encoding: 'utf-8', start: 0 };
  const invalidAt = await findInvalid(path, guess, signal);
  if (invalidAt === undefined) return guess;
  const around = await readPiece(path, Math.max(0, invalidAt - aroundBytes));
  if (certain === undefined && seemsGb18030(around)) {
    const chinese: TextStart = { encoding: 'gb18030', start: 0 };
    if ((await findInvalid(path, chinese, signal)) === undefined) return chinese;
  }
  return fail('E_CSV_ENCODING', { offset: invalidAt });
}

function findMark(head: Buffer): TextStart | undefined {
  const found = byteOrderMarks.find(([, mark]) => mark.every((byte, i) => head[i] === byte));
  return found && { encoding: found[0], start: found[1].length };
}

function findUtf16(head: Buffer): TextStart | undefined {
  const nuls = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) nuls[i % 2] = (nuls[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  const enough = (head.length / 2) * minNulShare;
  // Whole characters such as U+4E00 end in a NUL byte, so the other side need not be free of them.
  if (odd > enough && odd > 10 * even) return { encoding: 'utf-16le', start: 0 };
  if (even > enough && even > 10 * odd) return { encoding: 'utf-16be', start: 0 };
  return undefined;
}

function isBinary(head: Buffer): boolean {
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (byte < 0x09 || (byte > 0x0d && byte < 0x20)) controls++;
  }
  return controls > head.length * maxControlShare;
}

/**
 * The position of the first character that the encoding does not allow, exact for the Unicode encodings;
 * undefined where the whole file is valid.
 */
async function findInvalid(
  path: string,
  { encoding, start }: TextStart,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let before: Buffer = Buffer.alloc(0);
  let position = start;
  for await (const bytes of readPieces(path, start, signal)) {
    if (!isDecodable(decoder, bytes)) {
      if (encoding === 'gb18030') return position;
      return position + findInvalidByte({ encoding, before, bytes });
    }
    position += bytes.length;
    // From an even position, so that the units of UTF-16 stay whole.
    before = bytes.subarray(Math.max(0, bytes.length - (bytes.length % 2) - 4));
  }
  return undefined;
}

/** The file in pieces, then an empty one that stands for its end. */
async function* readPieces(
  path: string,
  start: number,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { start, ...(signal && { signal }) }) as AsyncIterable<Buffer>;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  }
  yield Buffer.alloc(0);
}

/** Throws E_CSV_BINARY on a NUL character, which no table has. */
function isDecodable(decoder: TextDecoder, bytes: Buffer): boolean {
  let text: string;
  try {
    text = decoder.decode(bytes, { stream: bytes.length > 0 });
  } catch {
    return false;
  }
  if (text.includes('\0')) fail('E_CSV_BINARY', {});
  return true;
}
