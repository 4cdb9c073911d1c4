// The tables that the benchmark drops: products with a picture and a text of their own.

export interface TableOptions {
  readonly rows: number;
  /** Number of the first row's product; no product comes twice where tables do not overlap. */
  readonly first?: number;
  /** The picture of a product. */
  urlOf(number: number): string;
}

const rowsPerPiece = 500;
const materials = ['oak', 'linen', 'steel', 'porcelain', 'wool', 'glass', 'leather'];

export const tableColumns = ['sku', 'title', 'material', 'price', 'image_url'] as const;

/** The table in pieces of 500 rows, header first. */
export function* benchTable({ rows, first = 0, urlOf }: TableOptions): Generator<string> {
  yield `${tableColumns.join(',')}\n`;
  for (let start = 0; start < rows; start += rowsPerPiece) {
    const length = Math.min(rowsPerPiece, rows - start);
    const numbers = Array.from({ length }, (_row, index) => first + start + index);
    yield numbers.map((number) => `${toCells(number, urlOf).join(',')}\n`).join('');
  }
}

export function toCells(number: number, urlOf: TableOptions['urlOf']): readonly string[] {
  return [
    `S${String(number).padStart(7, '0')}`,
    `Product ${number} of the spring catalogue`,
    materials[number % materials.length] ?? '',
    (5 + ((number * 37) % 20_000) / 100).toFixed(2),
    urlOf(number),
  ];
}
