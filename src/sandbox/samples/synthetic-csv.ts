// Tables of any length: every row has a text of its own, the pictures repeat.

export interface SyntheticOptions {
  readonly rows: number;
  /** Where the pictures are, such as 127.0.0.1:8080. */
  readonly host: string;
  /** Different pictures over all rows; 100 unless given. */
  readonly pictures?: number;
}

const materials = ['oak', 'linen', 'steel', 'porcelain', 'wool', 'glass', 'leather'];
const rowsPerPiece = 500;

/** The table in pieces of 500 rows, header first: join them, or stream them with `Readable.from`.
 *  Row n (from 1) has sku `S0000001` and picture `item-0001.jpg` (800x600). */
export function* syntheticCsv({ rows, host, pictures = 100 }: SyntheticOptions): Generator<string> {
  yield 'sku,title,material,price,image_url\n';
  for (let start = 0; start < rows; start += rowsPerPiece) {
    const length = Math.min(rowsPerPiece, rows - start);
    yield Array.from({ length }, (_row, at) => toLine(start + at, host, pictures)).join('');
  }
}

function toLine(index: number, host: string, pictures: number): string {
  const number = index + 1;
  const cells = [
    `S${String(number).padStart(7, '0')}`,
    `Product ${number} of the spring catalogue`,
    materials[index % materials.length],
    (5 + ((index * 37) % 20_000) / 100).toFixed(2),
    `http://${host}/pictures/item-${String((index % pictures) + 1).padStart(4, '0')}.jpg`,
  ];
  return `${cells.join(',')}\n`;
}
