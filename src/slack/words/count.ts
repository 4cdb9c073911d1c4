// Numbers as a language writes them.

/** 20000 -> "20,000". */
export function groupDigits(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** The English form that a count asks for. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
