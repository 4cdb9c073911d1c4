// Whether two messages say the same.

import { createHash } from 'node:crypto';
import type { Message } from '../views/blocks.ts';

/** Short; equal for messages that look the same. */
export function toDigest({ text, blocks }: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([text, blocks]))
    .digest('base64url')
    .slice(0, 16);
}
