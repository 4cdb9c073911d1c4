// Values as small bytes: JSON, deflated. A chunk of fifty rows shares its words, so it packs well.

import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export function packJson(value: unknown): Promise<Buffer> {
  return deflate(JSON.stringify(value));
}

/** Throws where the bytes are not what `packJson` made. The caller names the type that was packed. */
export async function unpackJson<T>(bytes: Buffer): Promise<T> {
  return JSON.parse((await inflate(bytes)).toString('utf8'));
}
