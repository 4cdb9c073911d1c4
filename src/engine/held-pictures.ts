// The prepared pictures that rows hold just now, so that rows with the same picture share one copy of it.

import type { PreparedImage } from '../batch/completion.ts';

export interface HeldPictures {
  /** A picture that is still held somewhere. */
  find(key: string): PreparedImage | undefined;
  /** Keeps nothing in memory by itself. */
  note(key: string, picture: PreparedImage): void;
}

export function createHeldPictures(): HeldPictures {
  const pictures = new Map<string, WeakRef<PreparedImage>>();
  const forgotten = new FinalizationRegistry<string>((key) => {
    // The key may have got another picture since.
    if (pictures.get(key)?.deref() === undefined) pictures.delete(key);
  });
  return {
    find: (key) => pictures.get(key)?.deref(),
    note(key, picture) {
      pictures.set(key, new WeakRef(picture));
      forgotten.register(picture, key);
    },
  };
}
