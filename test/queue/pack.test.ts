import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packJson, unpackJson } from '../../src/queue/pack.ts';

describe('packed values', () => {
  it('come back as they were, whatever their length', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 600 });
    const value = fc.array(fc.record({ index: fc.nat(), text }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(value, async (rows) => {
        expect(await unpackJson(await packJson(rows))).toEqual(rows);
      }),
    );
  });

  it('take a byte more than their JSON where they are short, and far less where they are long', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => ({ index, text: `a cup with ${index}` }));
    const short = ['a cup', '杯子'];
    const jsonBytes = Buffer.byteLength(JSON.stringify(short));
    expect((await packJson(short)).length).toBe(jsonBytes + 1);
    expect((await packJson(rows)).length).toBeLessThan(JSON.stringify(rows).length / 3);
  });

  it('are told apart by their first byte, with which no deflated data begins', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect((deflateRawSync(bytes)[0] ?? 0) % 8).not.toBe(7);
      }),
    );
  });

  it('are refused where the bytes are damaged', async () => {
    const packed = await packJson('x'.repeat(5000));
    await expect(unpackJson(packed.subarray(0, 5))).rejects.toThrow('unexpected end');
    await expect(unpackJson(Buffer.from('\u0007["a'))).rejects.toThrow(SyntaxError);
    await expect(unpackJson(Buffer.alloc(0))).rejects.toThrow('unexpected end');
  });
});
