// Characters that a person cannot see but a model or a spreadsheet reads: they carry hidden orders,
// turn text around, or break a file. They are taken out wherever text passes from one world to another.

/** Control characters except tab and line feed. */
const controls = '\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F';
/** Zero-width and directional signs, the soft hyphen, the byte order mark. */
const invisibles =
  '\\u00AD\\u061C\\u180E\\u200B\\u200C\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB';
/** Tag characters and the supplementary variation selectors, which can spell out whole texts. */
const tags = '\\u{E0000}-\\u{E01EF}';

const hidden = new RegExp(`[${controls}${invisibles}${tags}]`, 'gu');
/** A joiner has a visible effect between the parts of an emoji only. */
const looseJoiner = /\u200D(?!\p{Extended_Pictographic})/gu;
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/gu;

/** The text without hidden characters; line ends become `\n`, tabs stay. */
export function stripHidden(text: string): string {
  return text.toWellFormed().replace(lineEnds, '\n').replace(hidden, '').replace(looseJoiner, '');
}

/** Cuts to at most `maxBytes` of UTF-8 without splitting a character; `mark` then stands at the end. */
export function cutToBytes(text: string, maxBytes: number, mark = '…'): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const room = Math.max(0, maxBytes - Buffer.byteLength(mark));
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  return text.slice(0, read) + mark;
}
