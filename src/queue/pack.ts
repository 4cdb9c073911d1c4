// Values as small bytes: JSON, deflated. A chunk of fifty rows shares its words, so it packs well.

import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** For what is this short, such as one answer, the way to another thread and back costs ten times as much
 *  processor time as the packing itself, which takes about 0.05 ms. */
const shortCharacters = 4096;
const shortBytes = 1024;

/** zlib sets 256 kB aside for each call otherwise, for texts far longer than these. */
const shortOptions = { windowBits: 12, memLevel: 5, chunkSize: shortCharacters };

export async function packJson(value: unknown): Promise<Buffer> {
  const json = JSON.stringify(value);
  return json.length < shortCharacters ? deflateRawSync(json, shortOptions) : deflate(json);
}

/** Throws where the bytes are not what `packJson` made. The caller names the type that was packed. */
export async function unpackJson<T>(bytes: Buffer): Promise<T> {
  const json = bytes.length < shortBytes ? inflateRawSync(bytes) : await inflate(bytes);
  return JSON.parse(json.toString('utf8'));
}
