// Which character separates the cells: what an Excel `sep=` line says, else what the header line shows.

const delimiters = [',', '\t', ';', '|'] as const;

export interface Delimiter {
  readonly delimiter: string;
  /** Characters of the `sep=` line at the beginning, which is no row of the table; 0 without one. */
  readonly skipped: number;
}

/**
 * Decides by the beginning of the text, which should hold the header line. The most frequent character
 * wins, the comma in a tie; in a file named `.tsv` the tab wins if there is one. Without any separator the
 * table has one column.
 */
export function findDelimiter(text: string, name: string): Delimiter {
  const line = /^"?sep=(.)"?(?:\r\n|\n|\r|$)/i.exec(text);
  const skipped = line?.[0].length ?? 0;
  const declared = delimiters.find((delimiter) => delimiter === line?.[1]);
  return { delimiter: declared ?? findInHeader(text.slice(skipped), name), skipped };
}

function findInHeader(text: string, name: string): string {
  // A quoted name may contain any separator and line breaks; an unclosed quote swallows the rest.
  const unquoted = text.replaceAll(/"[^"]*(?:"|$)/g, '');
  const header = unquoted.replace(/^[\r\n ]+/, '').split(/[\r\n]/, 1)[0] ?? '';
  if (/\.tsv$/i.test(name) && header.includes('\t')) return '\t';
  let best: string = ',';
  let most = 0;
  for (const delimiter of delimiters) {
    const count = header.split(delimiter).length - 1;
    if (count > most) {
      best = delimiter;
      most = count;
    }
  }
  return best;
}
