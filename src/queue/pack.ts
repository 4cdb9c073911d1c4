// Values as small bytes: JSON, deflated. A chunk of fifty rows shares its words, so it packs well; what
// is short stays as it is, since setting the packer up would cost more than it saves.

import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** In characters of JSON. */
const shortest = 512;

/** Stands before JSON that is not deflated. No deflated data begins like this: the lowest three bits
 *  would name a kind of block that there is not (RFC 1951, 3.2.3). */
const plainMark = 0x07;

export async function packJson(value: unknown): Promise<Buffer> {
  const json = JSON.stringify(value);
  return json.length < shortest ? Buffer.from(`\u0007${json}`) : deflate(json);
}

/** Throws where the bytes are not what `packJson` made. The caller names the type that was packed. */
export async function unpackJson<T>(bytes: Buffer): Promise<T> {
  const json = bytes[0] === plainMark ? bytes.subarray(1) : await inflate(bytes);
  return JSON.parse(json.toString('utf8'));
}
