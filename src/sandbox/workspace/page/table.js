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
  const firstLine = text.slice(0, text.indexOf('\n') + 1 || undefined);
  const count = (mark) => firstLine.split(mark).length;
  const delimiter = [',', ';', '\t', '|'].toSorted((a, b) => count(b) - count(a))[0];
  const rows = [[]];
  let cell = '';
  let isQuoted = false;
  const endCell = () => {
    rows.at(-1).push(cell);
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (isQuoted && mark === '"' && text[at + 1] === '"') {
      cell += mark;
      at += 1;
    } else if (mark === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted;
    else if (!isQuoted && mark === delimiter) endCell();
    else if (!isQuoted && mark === '\n') {
      endCell();
      rows.push([]);
    } else if (isQuoted || mark !== '\r') cell += mark;
  }
  if (cell !== '' || rows.at(-1).length > 0) endCell();
  return rows.filter((row) => row.length > 0);
}
