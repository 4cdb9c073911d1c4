// The names of an archive's files. Only newer programs say that they write UTF-8; macOS writes it without
// saying so, Windows in China writes GBK, and the format's own alphabet is that of MS-DOS (CP437).

/** As it stands in the archive. */
export interface RawName {
  readonly bytes: Uint8Array;
  /** The archive says that it is UTF-8. */
  readonly isUtf8: boolean;
}

const highCp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0';

/** The names in composed characters, with `/` between folders. */
export function decodeNames(names: readonly RawName[]): readonly string[] {
  const undeclared = names.filter(({ bytes, isUtf8 }) => !isUtf8 && hasHighBytes(bytes));
  const fallback = undeclared.every(({ bytes }) => isGbk(bytes)) ? decodeGbk : decodeCp437;
  return names.map(({ bytes, isUtf8 }) => {
    const text = isUtf8 ? new TextDecoder().decode(bytes) : decode(bytes, fallback);
    return text.normalize('NFC').replaceAll('\\', '/');
  });
}

function decode(bytes: Uint8Array, fallback: (bytes: Uint8Array) => string): string {
  return tryDecode('utf-8', bytes) ?? fallback(bytes);
}

function hasHighBytes(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte >= 0x80);
}

function tryDecode(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** True where the bytes are UTF-8 anyway, or read as GBK with mostly everyday characters. */
function isGbk(bytes: Uint8Array): boolean {
  if (tryDecode('utf-8', bytes) !== undefined) return true;
  if (tryDecode('gb18030', bytes) === undefined) return false;
  let pairs = 0;
  let everyday = 0;
  for (let at = 0; at < bytes.length; at++) {
    const [lead = 0, trail = 0] = bytes.subarray(at, at + 2);
    if (lead < 0x80) continue;
    pairs++;
    // The part of the table that holds GB2312, where two accented letters of Europe hardly ever meet.
    if (lead >= 0xa1 && trail >= 0xa1) everyday++;
    at++;
  }
  return everyday * 2 > pairs;
}

function decodeGbk(bytes: Uint8Array): string {
  return new TextDecoder('gb18030').decode(bytes);
}

function decodeCp437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : highCp437.charAt(byte - 0x80),
  ).join('');
}
