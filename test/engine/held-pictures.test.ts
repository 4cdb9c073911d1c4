import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { PreparedImage } from '../../src/batch/completion.ts';
import { createHeldPictures } from '../../src/engine/held-pictures.ts';
import { until } from '../support/until.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function picture(text: string): PreparedImage {
  return { bytes: Buffer.from(text), hash: text, width: 32, height: 64 };
}

describe('pictures that rows hold', () => {
  it('are shared as long as somebody holds them, each under its own key', async () => {
    const held = createHeldPictures();
    const mine = picture('a');
    held.note('a', mine);
    held.note('b', picture('b'));
    await until('the garbage is gone', () => {
      collectGarbage();
      return held.find('b') === undefined;
    });
    expect(held.find('a')).toBe(mine);
  });

  it('give way to a later picture under the same key', async () => {
    const held = createHeldPictures();
    held.note('a', picture('first'));
    const second = picture('second');
    held.note('a', second);
    const other = new WeakRef(picture('other'));
    await until('the garbage is gone', () => {
      collectGarbage();
      return other.deref() === undefined;
    });
    expect(held.find('a')).toBe(second);
  });
});
