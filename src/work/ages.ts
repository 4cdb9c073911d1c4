// Notices what has been under way for long, with one timer for all.

export interface Ages<Item> {
  begin(item: Item): void;
  end(item: Item): void;
  /** The oldest items that have reached the age, no more than `most`; each once. */
  takeOld(most: number): readonly Item[];
}

/** `onOld` is called some time after an item has reached the age. */
export function createAges<Item>(ageMs: number, onOld: () => void): Ages<Item> {
  /** In the order in which they began. */
  const since = new Map<Item, number>();
  let timer: NodeJS.Timeout | undefined;

  const watch = (): void => {
    if (since.size > 0) timer ??= setTimeout(onTime, ageMs).unref();
  };
  const onTime = (): void => {
    timer = undefined;
    onOld();
    watch();
  };

  return {
    begin(item) {
      since.set(item, performance.now());
      watch();
    },
    end: (item) => void since.delete(item),
    takeOld(most) {
      const old: Item[] = [];
      const latest = performance.now() - ageMs;
      for (const [item, began] of since) {
        if (began > latest || old.length >= most) break;
        since.delete(item);
        old.push(item);
      }
      return old;
    },
  };
}
