import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesPictures } from '../../src/intake/names-pictures.ts';

const directory = mkdtempSync(join(tmpdir(), 'darkroom-names-'));

function fileWith(content: string | Buffer): string {
  const path = join(directory, `${Math.random().toString(36).slice(2)}.csv`);
  writeFileSync(path, content);
  return path;
}

/** 货号,主图 in GB18030. */
const gb18030 = Buffer.from([0xbb, 0xf5, 0xba, 0xc5, 0x2c, 0xd6, 0xf7, 0xcd, 0xbc, 0x0a]);

describe('a table that cannot be opened', () => {
  it.each([
    ['a plain header', 'sku,image_url\n1,"broken'],
    ['a header with doubled names', 'image_url;image_url\n'],
    ['quotes and a sep= line', 'sep=;\r\n"sku";"Image Src"\r\n'],
    ['Chinese in GB18030', gb18030],
    ['UTF-16', Buffer.from('\uFEFFsku\timage\n', 'utf16le')],
  ])('was meant to be one of pictures: %s', async (_, content) => {
    expect(await namesPictures(fileWith(content))).toBe(true);
  });

  it.each([
    ['another table', 'name,amount\nimage,5\n,\nimage_url,7'],
    ['an empty file', ''],
    ['a binary file', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0xff])],
  ])('was not: %s', async (_, content) => {
    expect(await namesPictures(fileWith(content))).toBe(false);
  });
});
