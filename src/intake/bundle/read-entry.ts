// One file out of an archive, by its place alone: nothing else of the archive is looked at.

import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { ArchiveEntry } from '../../batch/row.ts';

const inflate = promisify(inflateRaw);

const headerBytes = 30;
const headerSignature = 0x04034b50;

/** The archive does not hold there what its directory promises. */
export class CorruptEntryError extends Error {}

/**
 * The entry's content, checked against its declared size and checksum. Holds it twice at most, packed and
 * unpacked: the caller bounds both sizes before. Throws CorruptEntryError where they lie.
 */
export async function readEntry(path: string, entry: ArchiveEntry): Promise<Buffer> {
  await using file = await open(path);
  const start = await findContent(file, entry.offset);
  const packed = await readRange(file, start, entry.compressedBytes);
  const content = entry.method === 'stored' ? packed : await unpack(packed, entry.bytes);
  if (content.length !== entry.bytes) throw new CorruptEntryError('another size than declared');
  if (crc32(content) !== entry.crc32) throw new CorruptEntryError('another checksum than declared');
  return content;
}

/** The name and the extra fields may be longer here than in the directory. */
async function findContent(file: FileHandle, offset: number): Promise<number> {
  const header = await readRange(file, offset, headerBytes);
  if (header.readUInt32LE(0) !== headerSignature) throw new CorruptEntryError('no file there');
  return offset + headerBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function readRange(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  if (bytesRead < length) throw new CorruptEntryError('the archive ends too early');
  return buffer;
}

async function unpack(packed: Buffer, bytes: number): Promise<Buffer> {
  try {
    // One byte more than promised is refused while it streams, before it takes memory.
    return await inflate(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch (error) {
    throw new CorruptEntryError('cannot be unpacked', { cause: error });
  }
}
