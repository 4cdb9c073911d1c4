// Items that wait, kept by batch, and what each batch has in flight. The next one to go is of the batch
// with the least in flight; among equals, of the one that was served longest ago.

export interface SharedItem {
  readonly batch: string;
  /** What it counts for while it is in flight. */
  readonly weight: number;
  /** A place that it is not to go to. */
  readonly avoid?: string | undefined;
}

/** Every step looks at no more than one item for each batch and place to avoid. */
export interface Shares<Item extends SharedItem> {
  /** Items that wait. */
  waiting(): number;
  add(item: Item): void;
  /** False where it waits no more. */
  remove(item: Item): boolean;
  /** The next item that may go to the place; in flight from now on, until it is done. */
  take(place?: string): Item | undefined;
  done(item: Item): void;
}

interface Share<Item> {
  /** In the order in which they came, with their numbers; apart for each place to avoid. */
  readonly waiting: Map<string | undefined, Map<Item, number>>;
  inFlight: number;
  servedAt: number;
}

export function createShares<Item extends SharedItem>(): Shares<Item> {
  const shares = new Map<string, Share<Item>>();
  let waiting = 0;
  let now = 0;

  const shareOf = (batch: string): Share<Item> => {
    const known = shares.get(batch);
    if (known !== undefined) return known;
    // As if just served: a batch that comes and goes must not always win against one that waits.
    const share = { waiting: new Map(), inFlight: 0, servedAt: ++now };
    shares.set(batch, share);
    return share;
  };

  const forgetIdle = (batch: string, share: Share<Item>): void => {
    if (share.inFlight === 0 && share.waiting.size === 0) shares.delete(batch);
  };

  const withdraw = (item: Item): Share<Item> | undefined => {
    const share = shares.get(item.batch);
    const items = share?.waiting.get(item.avoid);
    if (share === undefined || items?.delete(item) !== true) return undefined;
    if (items.size === 0) share.waiting.delete(item.avoid);
    waiting -= 1;
    return share;
  };

  return {
    waiting: () => waiting,
    add(item) {
      const share = shareOf(item.batch);
      const items = share.waiting.get(item.avoid) ?? new Map<Item, number>();
      share.waiting.set(item.avoid, items.set(item, ++now));
      waiting += 1;
    },
    remove(item) {
      const share = withdraw(item);
      if (share !== undefined) forgetIdle(item.batch, share);
      return share !== undefined;
    },
    take(place) {
      const item = findNext(shares.values(), place);
      const share = item && withdraw(item);
      if (item === undefined || share === undefined) return undefined;
      share.inFlight += item.weight;
      share.servedAt = ++now;
      return item;
    },
    done({ batch, weight }) {
      const share = shareOf(batch);
      share.inFlight -= weight;
      forgetIdle(batch, share);
    },
  };
}

function findNext<Item>(shares: Iterable<Share<Item>>, place?: string): Item | undefined {
  let best: { readonly item: Item; readonly share: Share<Item> } | undefined;
  for (const share of shares) {
    if (best !== undefined && !isBefore(share, best.share)) continue;
    const item = findOldest(share, place);
    if (item !== undefined) best = { item, share };
  }
  return best?.item;
}

function isBefore(share: Share<unknown>, other: Share<unknown>): boolean {
  return share.inFlight === other.inFlight
    ? share.servedAt < other.servedAt
    : share.inFlight < other.inFlight;
}

function findOldest<Item>({ waiting }: Share<Item>, place?: string): Item | undefined {
  let oldest: readonly [Item, number] | undefined;
  for (const [avoided, items] of waiting) {
    if (place !== undefined && avoided === place) continue;
    const [first] = items;
    if (first !== undefined && first[1] < (oldest?.[1] ?? Infinity)) oldest = first;
  }
  return oldest?.[0];
}
