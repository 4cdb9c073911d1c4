// Where exactly bytes stop being valid text. Decoders only say that they do.

const replacement = '\uFFFD';

type UnicodeEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface SuspectBytes {
  readonly encoding: UnicodeEncoding;
  /** A few bytes that come before; a character may begin in them and end in `bytes`. */
  readonly before: Buffer;
  /** The bytes that the decoder has refused. */
  readonly bytes: Buffer;
}

/**
 * The position, from the first of `bytes`, of the first character that cannot be decoded; negative where
 * it begins in `before`.
 */
export function findInvalidByte({ encoding, before, bytes }: SuspectBytes): number {
  const all = Buffer.concat([before, bytes]);
  const skipped = countTail(all.subarray(0, before.length), encoding);
  const rest = all.subarray(skipped);
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(rest);
  let offset = 0;
  for (let from = 0; ;) {
    const found = text.indexOf(replacement, from);
    if (found === -1) return bytes.length - 1;
    offset += toByteLength(text.slice(from, found), encoding);
    if (!isReplacementItself(rest.subarray(offset), encoding)) {
      return skipped + offset - before.length;
    }
    // U+FFFD stands in the text as an ordinary character.
    offset += toByteLength(replacement, encoding);
    from = found + 1;
  }
}

/** Bytes at the beginning that end a character which began even earlier. */
function countTail(before: Buffer, encoding: UnicodeEncoding): number {
  if (encoding === 'utf-8') {
    const first = before.findIndex((byte) => (byte & 0xc0) !== 0x80);
    return first === -1 ? before.length : first;
  }
  const unit = before.length < 2 ? 0 : readUnit(before, encoding);
  return unit >= 0xdc00 && unit <= 0xdfff ? 2 : 0;
}

function isReplacementItself(at: Buffer, encoding: UnicodeEncoding): boolean {
  if (encoding === 'utf-8') return at[0] === 0xef && at[1] === 0xbf && at[2] === 0xbd;
  return at.length >= 2 && readUnit(at, encoding) === 0xfffd;
}

function readUnit(bytes: Buffer, encoding: UnicodeEncoding): number {
  return encoding === 'utf-16be' ? bytes.readUInt16BE() : bytes.readUInt16LE();
}

function toByteLength(text: string, encoding: UnicodeEncoding): number {
  return encoding === 'utf-8' ? Buffer.byteLength(text) : text.length * 2;
}
