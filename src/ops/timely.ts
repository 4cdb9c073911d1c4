// Readings that may hang, for somebody who must not.

/**
 * Asks once however many wait: whoever asks while an answer is outstanding waits for that one. Undefined where it
 * rejects or has not come within `ms`. What hangs is not asked again, so that nothing piles up.
 */
export function toTimely<T>(read: () => Promise<T>, ms: number): () => Promise<T | undefined> {
  let reading: Promise<T | undefined> | undefined;
  return async () => {
    reading ??= read()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), ms);
    try {
      return await Promise.race([reading, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
