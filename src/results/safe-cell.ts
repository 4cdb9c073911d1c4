// Keeps a spreadsheet from running what stands in a cell: https://owasp.org/www-community/attacks/CSV_Injection

/** A formula's first sign, also behind what a spreadsheet skips or takes for the end of a cell. */
const formula = /^[\s\p{Cc}\p{Cf};,|"]*[=+\-@＝＋－＠]/u;
const plainNumber = /^[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?%?$/iu;
/** Shop exports mark an empty cell so. */
const dash = '-';

/** The cell with a `'` in front where a spreadsheet would calculate it; safe to apply twice. */
export function toSafeCell(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** The same for a cell of the input, where a plain number stays a number. */
export function toSafeInputCell(cell: string): string {
  return cell === dash || plainNumber.test(cell) ? cell : toSafeCell(cell);
}
