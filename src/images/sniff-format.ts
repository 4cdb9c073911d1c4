// What bytes are by their first ones; names and content types of the web are not taken on trust.

type ReadableFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif';

export type Sniffed =
  | { readonly kind: 'readable'; readonly format: ReadableFormat }
  /** A picture or document in a format that is not decoded here. */
  | { readonly kind: 'refused'; readonly format: string }
  /** No picture; `found` is a name that reads the same in every language. */
  | { readonly kind: 'other'; readonly found: string };

const headBytes = 1024;

/** Name, position, and the bytes there as Latin-1 text. */
type Signature<Name extends string> = readonly [name: Name, at: number, magic: string];

const readable: readonly Signature<ReadableFormat>[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
];

const refused: readonly Signature<string>[] = [
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'II+\0'],
  ['TIFF', 0, 'MM\0*'],
  ['TIFF', 0, 'MM\0+'],
  ['PSD', 0, '8BPS'],
  ['PDF', 0, '%PDF-'],
  ['ICO', 0, '\0\0\x01\0'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL '],
  ['JPEG 2000', 0, '\xff\x4f\xff\x51'],
  ['JPEG 2000', 4, 'jP  '],
];

const zip = 'PK\x03\x04';

/** What takes more than a fixed text to tell; tried without a byte order mark and leading white space. */
const patterns: readonly (readonly [string, RegExp])[] = [
  ['BMP', /^BM[^]{4}\0{4}/],
  ['SVG', /^<svg|^<(?:\?xml|!--|!doctype svg)[^]*<svg/i],
  ['HTML', /^<(?:!doctype html|html|head|body|title|script|!--)/i],
  ['XML', /^<\?xml/i],
  ['JSON', /^[{[]/],
  ['text/plain', /^[\t\r\n\x20-\x7e\x80-\xff]+$/],
];

export function sniffFormat(bytes: Uint8Array): Sniffed {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString('latin1');
  const format = nameOf(readable, head);
  if (format !== undefined) return { kind: 'readable', format };
  if (head.startsWith('ftyp', 4)) return sniffBrands(head);
  const unreadable = nameOf(refused, head);
  if (unreadable !== undefined) return { kind: 'refused', format: unreadable };
  return head.startsWith(zip) ? { kind: 'other', found: 'ZIP' } : sniffPattern(head);
}

/** AVIF and HEIC share a container; the brands tell them apart, the main one and those that follow. */
function sniffBrands(head: string): Sniffed {
  const boxBytes = Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE();
  const brands = head.slice(8, Math.max(12, boxBytes)).match(/[^]{4}/g) ?? [];
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) {
    return { kind: 'readable', format: 'avif' };
  }
  const isHeic = brands.some((brand) => /^(?:hei|hev|mif|msf)/.test(brand));
  return isHeic ? { kind: 'refused', format: 'HEIC' } : { kind: 'other', found: 'video/mp4' };
}

function sniffPattern(head: string): Sniffed {
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  const found = patterns.find(([, pattern]) => pattern.test(text))?.[0];
  if (found === 'SVG' || found === 'BMP') return { kind: 'refused', format: found };
  return { kind: 'other', found: found ?? 'application/octet-stream' };
}

function nameOf<Name extends string>(
  signatures: readonly Signature<Name>[],
  head: string,
): Name | undefined {
  return signatures.find(([, at, magic]) => head.startsWith(magic, at))?.[0];
}
