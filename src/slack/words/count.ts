// Numbers and lists as a language writes them.

/** 20000 -> "20,000". */
export function groupDigits(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** The English form that a count asks for. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** "a, b and c", "a、b和c". */
export function enumerate(items: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale === 'en-US' ? 'en-GB' : locale).format(items);
}
