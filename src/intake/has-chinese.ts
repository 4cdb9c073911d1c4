// Whether a table speaks Chinese, which decides the language of the default recipe.

const chinese = /\p{Script=Han}/u;
/** Japanese has Han characters too; its own syllables tell it apart. */
const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const letters = /\p{L}/u;
const link = /https?:\/\/\S+/gi;

/** True when most of the names, or most of the cells with words in them, are Chinese. */
export function hasChinese(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): boolean {
  return isMostlyChinese(columns) || isMostlyChinese(rows.flat());
}

function isMostlyChinese(texts: readonly string[]): boolean {
  let worded = 0;
  let inChinese = 0;
  for (const text of texts) {
    const words = text.replaceAll(link, '');
    if (!letters.test(words)) continue;
    worded++;
    if (chinese.test(words) && !japanese.test(words)) inChinese++;
  }
  return inChinese * 2 > worded;
}
