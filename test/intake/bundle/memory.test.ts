import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';

const program = fileURLToPath(import.meta.resolve('./read-and-weigh.ts'));
const count = 20_000;
const pictureBytes = 52_000;

/** 1 GB of pictures that are all zeros; the disk keeps only their headers. */
async function writeLargeArchive(path: string): Promise<void> {
  const crc = crc32(Buffer.alloc(pictureBytes));
  await using file = await open(path, 'w');
  const directory: Buffer[] = [];
  let offset = 0;
  for (let at = 0; at < count; at++) {
    const name = Buffer.from(`IMG_${100_000 + at}.jpg`);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(pictureBytes, 14);
    common.writeUInt32LE(pictureBytes, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name]);
    await file.write(local, 0, local.length, offset);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 3]), common, tail, name);
    offset += local.length + pictureBytes;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  await file.write(Buffer.concat([central, end]), 0, central.length + end.length, offset);
}

it('a zip of 1 GB and 20,000 pictures is read in less than 300 MB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'large-'));
  try {
    const path = join(folder, 'large.zip');
    await writeLargeArchive(path);
    const flags = ['--max-semi-space-size=4', program, path];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    const [read, peakMegabytes] = stdout.split(' ').map(Number);
    expect(read).toBe(count);
    expect(peakMegabytes).toBeLessThan(300);
  } finally {
    await rm(folder, { recursive: true });
  }
});
