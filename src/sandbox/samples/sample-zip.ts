// A zip of product pictures to drop, drawn when it is asked for. Photographs hardly shrink, so they are
// stored as they are.

import { crc32 } from 'node:zlib';
import { drawPicture } from '../pictures/draw-picture.ts';
import { parsePictureName } from '../pictures/picture-name.ts';

export const sampleZipName = 'pictures.zip';

const names = [
  'mug-red-01.jpg',
  'lamp-yellow-02.jpg',
  'vase-blue-03.jpg',
  'chair-brown-04.jpg',
  'bottle-green-05.jpg',
  'clock-black-06.jpg',
];

/** The same pictures every time. */
export async function sampleZip(): Promise<Buffer> {
  const files: { name: Buffer; content: Buffer }[] = [];
  for (const name of names) {
    const spec = parsePictureName(name);
    if (spec === undefined) throw new Error(`${name} is no picture's name`);
    files.push({ name: Buffer.from(name), content: await drawPicture(spec) });
  }
  return pack(files);
}

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */
function pack(files: readonly { readonly name: Buffer; readonly content: Buffer }[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, content]);
    locals.push(local);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), common, place, name);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
