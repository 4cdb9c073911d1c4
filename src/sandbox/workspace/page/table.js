// Reads a delimited text file in the browser, for the viewer: quotes, line breaks in cells, common encodings.

/** Text from bytes: UTF-8, UTF-16 with its mark, else GB18030. */
export function decodeText(bytes) {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

/** Rows of cells. The delimiter is the commonest of `, ; tab |` in the first line. */
export function parseTable(text) {
  const mark = findDelimiter(text);
  // A cell, quoted (with quotes doubled inside) or bare, and what ends it.
  const pattern = new RegExp(`(?:"((?:[^"]|"")*)"|([^${mark}\\r\\n]*))([${mark}]|\\r?\\n|$)`, 'gu');
  const rows = [];
  let row = [];
  for (const [found, quoted, bare, ending] of text.matchAll(pattern)) {
    const isNothing = found === '' && row.length === 0;
    if (!isNothing) row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (ending === mark) continue;
    if (row.length > 0) rows.push(row);
    row = [];
  }
  return rows;
}

function findDelimiter(text) {
  const [firstLine] = text.split('\n', 1);
  const count = (mark) => firstLine.split(mark).length;
  return [',', ';', '\t', '|'].toSorted((a, b) => count(b) - count(a))[0];
}
