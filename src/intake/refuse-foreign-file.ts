// Files that carry a table's name and are something else: a spreadsheet program's own format, a picture,
// a web page. They are told apart by their first bytes, so that the person reads what the file really is.

import { fail } from '../errors.ts';

/** Name, position and bytes (as Latin-1 text) of formats that can be known by their beginning. */
const signatures: readonly (readonly [kind: string, offset: number, bytes: string])[] = [
  ['Excel 97-2003 (XLS)', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['PDF', 0, '%PDF-'],
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['WebP', 8, 'WEBPVP8'],
  ['HEIC/AVIF/MP4', 4, 'ftyp'],
  ['RAR', 0, 'Rar!\x1a\x07'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['GZIP', 0, '\x1f\x8b\x08'],
  ['RTF', 0, '{\\rtf'],
];

/** What a ZIP container holds, by a name that stands near its beginning. */
const zipContents: readonly (readonly [kind: string, name: string])[] = [
  ['OpenDocument (ODS)', 'application/vnd.oasis.opendocument'],
  ['Excel (XLSX)', 'xl/'],
  ['Word (DOCX)', 'word/'],
  ['Numbers', 'Index/'],
  ['Excel (XLSX)', '[Content_Types].xml'],
];

/** Throws E_FILE_TYPE where the bytes are those of a known binary format. */
export function refuseBinaryFormat(head: Buffer): void {
  const text = head.toString('latin1');
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) {
    const content = zipContents.find(([, name]) => text.includes(name));
    fail('E_FILE_TYPE', { kind: content?.[0] ?? 'ZIP' });
  }
  const known = signatures.find(([, offset, bytes]) => text.startsWith(bytes, offset));
  if (known !== undefined) fail('E_FILE_TYPE', { kind: known[0] });
}

/**
 * Throws where the text is a web page, XML or JSON. A web page is what Slack's file server answers with
 * when the bot's token may not read the file, hence E_SLACK_DOWNLOAD_AUTH.
 */
export function refuseForeignText(text: string): void {
  const start = text.trimStart().slice(0, 4096);
  if (/urn:schemas-microsoft-com:office/i.test(start)) {
    fail('E_FILE_TYPE', { kind: 'Excel (HTML/XML)' });
  }
  if (/^(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|meta|script)\b/i.test(start)) {
    fail('E_SLACK_DOWNLOAD_AUTH', {});
  }
  if (start.startsWith('<?xml')) fail('E_FILE_TYPE', { kind: 'XML' });
  if (/^(?:\{\s*(?:"|\}\s*$)|\[\s*(?:[{["\]]|-?\d))/.test(start)) {
    fail('E_FILE_TYPE', { kind: 'JSON' });
  }
}
