// Whether bytes that are not valid UTF-8 are probably Chinese in GB18030. Nearly any bytes can be decoded
// as that, so being decodable alone would turn damaged or Western text into nonsense without a word.

/** False for UTF-8 with a few damaged bytes, for Western European text and for Japanese in Shift_JIS. */
export function seemsGb18030(bytes: Buffer): boolean {
  const isForeign = hasMore(bytes, 1 / 2, hasLetter) || hasMore(bytes, 1 / 4, isKana);
  return !isForeign && !isDamagedUtf8(bytes);
}

function isDamagedUtf8(bytes: Buffer): boolean {
  let good = 0;
  let bad = 0;
  for (const character of bytes.toString('utf8')) {
    if (character === '\uFFFD') bad++;
    else if (character > '\u007F') good++;
  }
  return good > bad;
}

/** True where more than that share of what would be pairs of bytes is like that. */
function hasMore(
  bytes: Buffer,
  share: number,
  isLike: (first: number, second: number) => boolean,
): boolean {
  let pairs = 0;
  let like = 0;
  for (let i = 0; i + 1 < bytes.length; i++) {
    const first = bytes[i] ?? 0;
    if (first < 0x81) continue;
    pairs++;
    if (isLike(first, bytes[++i] ?? 0)) like++;
  }
  return like > pairs * share;
}

/**
 * `é` and the letter after it also make a (rare) character of GBK; in real Chinese text the second byte is
 * seldom an ASCII letter.
 */
function hasLetter(_first: number, second: number): boolean {
  const lower = second | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Hiragana and katakana of Shift_JIS are rare characters of GBK too. */
function isKana(first: number, second: number): boolean {
  if (first === 0x82) return second >= 0x9f && second <= 0xf1;
  return first === 0x83 && second >= 0x40 && second <= 0x96;
}
