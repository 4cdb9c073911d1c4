import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sniffFormat } from '../../src/images/sniff-format.ts';
import { makePng } from './pictures.ts';

function sniff(text: string): string {
  const result = sniffFormat(Buffer.from(text, 'latin1'));
  return result.kind === 'other' ? result.found : `${result.kind} ${result.format}`;
}

describe('sniffFormat', () => {
  it.each(['jpeg', 'png', 'gif', 'webp', 'avif'] as const)('knows a real %s', async (format) => {
    const bytes = await sharp(await makePng(32, 32))
      .toFormat(format)
      .toBuffer();
    expect(sniffFormat(bytes)).toEqual({ kind: 'readable', format });
  });

  it('knows a real TIFF', async () => {
    const bytes = await sharp(await makePng(32, 32))
      .tiff()
      .toBuffer();
    expect(sniffFormat(bytes)).toEqual({ kind: 'refused', format: 'TIFF' });
  });

  it.each([
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'refused HEIC'],
    ['\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'refused HEIC'],
    ['\0\0\0\x18ftypmif1\0\0\0\0mif1avif', 'readable avif'],
    ['\0\0\0\x10ftypmif1\0\0\0\0avif', 'refused HEIC'],
    ['\0\0\0\x18ftypisom\0\0\0\0isommp42', 'video/mp4'],
    ['8BPS\0\x01', 'refused PSD'],
    ['%PDF-1.7\n', 'refused PDF'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'refused SVG'],
    ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<svg/>', 'refused SVG'],
    ['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg/>', 'refused SVG'],
    ['BM\x36\0\x0c\0\0\0\0\0', 'refused BMP'],
    ['\0\0\x01\0\x01\0', 'refused ICO'],
    ['\0\0\0\x0cJXL \r\n', 'refused JPEG XL'],
    ['\n\n <!DOCTYPE html><html>', 'HTML'],
    ['<html lang="en"><body><svg/></body>', 'HTML'],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'XML'],
    ['{"error":"not found"}', 'JSON'],
    ['PK\x03\x04', 'ZIP'],
    ['BMW in orange', 'text/plain'],
    ['Not found', 'text/plain'],
    ['\x01\x02\x03', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('takes %j for %s', (text, expected) => {
    expect(sniff(text)).toBe(expected);
  });

  it('has an answer for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(['readable', 'refused', 'other']).toContain(sniffFormat(bytes).kind);
      }),
    );
  });
});
