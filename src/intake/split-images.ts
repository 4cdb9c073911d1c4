// One cell of an image column -> image references. Linear in the cell's length: cells may have a megabyte.

/** Characters that may stand before a link without being part of another one. */
const linkStart = /(?<=^|[\s,;|，；、"'“‘`<＜《[\u200B\uFEFF])https?:\/\//giu;

/** What copying and exporting leave around a reference. */
const wrapping = /[\s\u200B\uFEFF"'“”‘’`<>＜＞《》,;|，；、]/u;

/** Taobao writes `name:1:0:|https://…;name:1:1:|https://…`. */
const taobaoMark = /;?[\w-]*:\d+:\d+:$/;
const taobaoMarkLength = 80;

/**
 * The references of a cell in order, each once. Several links may stand in one cell, separated by comma,
 * semicolon, `|`, white space or line breaks; the same characters inside a link stay. Text that is no link
 * is one reference as it is, such as a file name.
 */
export function splitImages(cell: string): string[] {
  const starts = Array.from(cell.matchAll(linkStart), ({ index }) => index);
  const bracketed = starts.length > 0 && cell.trimStart().startsWith('[');
  const links = starts.map((start, i) => {
    const piece = cell.slice(start, starts[i + 1]);
    const link = /[<＜]/u.test(cell[start - 1] ?? '') ? piece.split(/[|>＞]/u, 1).join() : piece;
    return bracketed ? trim(trim(link).replace(/\]$/, '')) : trim(link);
  });
  const lead = trim(cell.slice(0, starts[0]));
  // Words before a link ("Front: https://…") are no picture; a file name is.
  const all = starts.length === 0 || /\.\w{3,4}$/.test(lead) ? [lead, ...links] : links;
  return [...new Set(all)].filter((reference) => reference !== '');
}

function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && wrapping.test(text.charAt(start))) start++;
  while (end > start && wrapping.test(text.charAt(end - 1))) end--;
  const mark = taobaoMark.exec(text.slice(Math.max(start, end - taobaoMarkLength), end));
  return text.slice(start, mark ? end - mark[0].length : end);
}
