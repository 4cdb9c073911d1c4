// Remembers which picture sets have come by, in about 16 MB for a million rows: only a number of 53 bits
// is kept of each. Two different sets share one with a chance of about one in 18,000 a million rows.

/** Many small tables, so that no single row waits for a large one to be copied as it grows. */
const shardCount = 256;
/** A power of two. */
const firstCapacity = 64;

/** `add` answers whether the same references, in the same order, were added before. */
export function createSeenPictures(): { add(references: readonly string[]): boolean } {
  const shards = Array.from({ length: shardCount }, createShard);
  return {
    add(references) {
      const hash = toHash(references.join('\n'));
      return shards[Math.floor(hash / 2 ** 32) % shardCount]?.add(hash) ?? false;
    },
  };
}

interface Shard {
  /** True where the number was there already. */
  add(hash: number): boolean;
}

function createShard(): Shard {
  let slots = new Float64Array(firstCapacity);
  let used = 0;
  return {
    add(hash) {
      if (put(slots, hash)) return true;
      if (++used * 2 > slots.length) slots = toLarger(slots);
      return false;
    },
  };
}

/** Open addressing; 0 marks a free slot. True where the number was there already. */
function put(slots: Float64Array, hash: number): boolean {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== 0) {
    if (slots[at] === hash) return true;
    at = (at + 1) & mask;
  }
  slots[at] = hash;
  return false;
}

function toLarger(slots: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(slots.length * 2);
  for (const hash of slots) if (hash !== 0) put(larger, hash);
  return larger;
}

/** 53 bits out of two rounds like FNV-1a with different factors, each mixed at the end; never 0. */
function toHash(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d);
  high = Math.imul(high ^ (high >>> 13), 0x297a2d39);
  const hash = ((high ^ (high >>> 16)) >>> 11) * 2 ** 32 + ((low ^ (low >>> 14)) >>> 0);
  return hash === 0 ? 1 : hash;
}
