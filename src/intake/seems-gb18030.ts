// Whether bytes that are not valid UTF-8 are probably Chinese in GB18030. Nearly any bytes can be decoded
// as that, so being decodable alone would turn damaged or Western text into nonsense without a word.

/** False for UTF-8 with a few damaged bytes and for Western European text. */
export function seemsGb18030(bytes: Buffer): boolean {
  return !isDamagedUtf8(bytes) && !isWestern(bytes);
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

/**
 * `é` and the letter after it also make a (rare) character of GBK; in real Chinese text the second byte is
 * seldom an ASCII letter.
 */
function isWestern(bytes: Buffer): boolean {
  let pairs = 0;
  let withLetter = 0;
  for (let i = 0; i + 1 < bytes.length; i++) {
    if ((bytes[i] ?? 0) < 0x81) continue;
    const second = (bytes[++i] ?? 0) | 0x20;
    pairs++;
    if (second >= 0x61 && second <= 0x7a) withLetter++;
  }
  return withLetter * 2 > pairs;
}
