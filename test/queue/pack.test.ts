import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packJson, unpackJson } from '../../src/queue/pack.ts';

describe('packed values', () => {
  it('come back as they were, whatever their length', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 2000 });
    const value = fc.array(fc.record({ index: fc.nat(), text }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(value, async (rows) => {
        expect(await unpackJson(await packJson(rows))).toEqual(rows);
      }),
    );
  });

  it.each([1, 4000, 5000, 100_000])(
    'come back where nothing in them repeats: %i',
    async (bytes) => {
      const text = randomBytes(bytes).toString('base64');
      expect(await unpackJson(await packJson({ text }))).toEqual({ text });
    },
  );

  it('take far less than their JSON, short or long', async () => {
    const row = { title: 'a cup with a handle', material: 'a cup of oak with a handle of oak' };
    for (const count of [2, 50, 500]) {
      const rows = Array.from({ length: count }, () => row);
      expect((await packJson(rows)).length).toBeLessThan(JSON.stringify(rows).length / 2);
    }
  });

  it('are refused where the bytes are damaged, short or long', async () => {
    for (const bytes of [100, 50_000]) {
      const packed = await packJson(randomBytes(bytes).toString('base64'));
      const damaged = unpackJson(packed.subarray(0, packed.length - 5));
      await expect(damaged).rejects.toThrow('unexpected end');
    }
    await expect(unpackJson(Buffer.alloc(0))).rejects.toThrow('unexpected end');
  });
});
