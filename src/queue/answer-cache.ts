// Answers of the model, kept for the next row that asks the same, and the claims of those who are just
// finding one. Two keys hold all answers: `answers`, their packed text, and `answers:used`, when each
// was used last. A claim is a short-lived key that its holder renews, so that it dies with its process.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { packJson, unpackJson } from './pack.ts';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const bytes = z.instanceof(Buffer);
const scripts = {
  claim: readScript('claim-answer', z.tuple([bytes], bytes)),
  keep: readScript('keep-answer', z.number()),
  renew: readScript('renew-claims', z.number()),
  release: readScript('release-claim', z.number()),
};

export interface AnswerCacheOptions {
  readonly store: Store;
  /** An answer that nobody has asked for in this time is forgotten. */
  readonly retentionSeconds: number;
  /** What all answers may take in Redis, its own overhead included; the longest unused go first. */
  readonly maxBytes: number;
  /** How long a claim outlives its process; under the life of a chunk's lease. Default 6000. */
  readonly claimMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** One answer: a cell for each output column. */
type Fields = readonly string[];

const storedFields = z.array(z.string());

/** The right to find an answer; `keep` or `release` it. */
export interface AnswerClaim {
  keep(fields: Fields): Promise<void>;
  release(): Promise<void>;
}

export type Found =
  | { readonly kind: 'answer'; readonly fields: Fields }
  | { readonly kind: 'claim'; readonly claim: AnswerClaim }
  /** Somebody is finding it. */
  | { readonly kind: 'busy' };

export interface AnswerCache {
  /** One command. The key is what `toAnswerKey` gives. */
  claim(key: string): Promise<Found>;
  /** Claims are no longer renewed. */
  close(): void;
}

export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { store, retentionSeconds, maxBytes, claimMs = 6000, onError } = options;
  /** Token -> key. */
  const claims = new Map<string, string>();

  const renew = (): void => {
    if (claims.size === 0) return;
    const pairs = [...claims].flatMap(([token, key]) => [key, token]);
    store.run(scripts.renew, claimMs, ...pairs).catch((error: unknown) => onError?.(error));
  };
  const timer = setInterval(renew, claimMs / 3).unref();

  const toClaim = (key: string, token: string): AnswerClaim => {
    claims.set(token, key);
    return {
      async keep(fields) {
        claims.delete(token);
        const packed = await packJson(fields);
        await store.run(scripts.keep, key, token, packed, retentionSeconds, maxBytes);
      },
      async release() {
        claims.delete(token);
        await store.run(scripts.release, key, token);
      },
    };
  };

  return {
    async claim(key) {
      const token = randomUUID();
      const asked = [key, token, claimMs, retentionSeconds];
      const [kind, packed] = await store.runForBytes(scripts.claim, ...asked);
      if (kind.toString() === 'busy') return { kind: 'busy' };
      const fields = packed === undefined ? undefined : await unpackFields(packed);
      if (fields !== undefined) return { kind: 'answer', fields };
      return { kind: 'claim', claim: toClaim(key, token) };
    },
    close: () => clearInterval(timer),
  };
}

/** Undefined where the bytes are no answer: then whoever asks finds it anew and overwrites them. */
async function unpackFields(packed: Buffer): Promise<Fields | undefined> {
  try {
    return storedFields.parse(await unpackJson(packed));
  } catch {
    return undefined;
  }
}
