// How long answers are, where that is not left to what they say.

export interface OutputTokens {
  /** In the mean. */
  readonly tokens: number;
  /** How far answers are shorter or longer, as a share from 0 to 1; each length in between is as likely.
   *  Without it, rows that were sent together end together, which real ones do not. 0 unless given. */
  readonly spread?: number;
}

/** The length of one answer; the same for the same key. */
export function toOutputTokens({ tokens, spread = 0 }: OutputTokens, key: string): number {
  const share = toHash(key) / 2 ** 32;
  return Math.max(1, Math.round(tokens * (1 - spread + 2 * spread * share)));
}

/** FNV-1a, and the last mixing of MurmurHash3 so that keys that are nearly equal spread out too. */
function toHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
