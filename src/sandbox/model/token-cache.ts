// A cache of things that have a size in tokens; what was not used for longest goes first.

export class TokenCache {
  readonly #capacity: number;
  readonly #sizes = new Map<string, number>();
  #tokens = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether it is there; it then counts as used just now. */
  has(key: string): boolean {
    const tokens = this.#sizes.get(key);
    if (tokens === undefined) return false;
    this.#sizes.delete(key);
    this.#sizes.set(key, tokens);
    return true;
  }

  add(key: string, tokens: number): void {
    if (this.has(key)) return;
    this.#sizes.set(key, tokens);
    this.#tokens += tokens;
    for (const [oldest, size] of this.#sizes) {
      if (this.#tokens <= this.#capacity) break;
      this.#sizes.delete(oldest);
      this.#tokens -= size;
    }
  }
}
