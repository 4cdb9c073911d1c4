// Many photos out of one: each JPEG decodes to pixels of its own, and costs a copy to make.
//
// Equal pixels would not do: Darkroom and the model server both know a picture again by what is in it, so
// that bytes which differ in a comment only would come out of the shrinking as one and the same picture.
// The number of a photo goes into its quantization table: what the low frequencies are multiplied with.

/** How many photos there are. */
export const photoVariants = 4 ** 10;

/** Photo `number`, from 0 on, of a baseline JPEG. Throws where it has no quantization table of 8-bit values. */
export function varyPhoto(photo: Buffer, number: number): Buffer {
  const table = findTable(photo);
  const varied = Buffer.from(photo);
  let rest = number % photoVariants;
  // Zigzag order: the first is the brightness, and the next are the broad shapes, which also survive
  // the decoder's own shrinking.
  for (let at = table + 1; rest > 0; at += 1) {
    varied[at] = Math.min(255, (photo[at] ?? 0) + (rest % 4));
    rest = Math.floor(rest / 4);
  }
  return varied;
}

/** Where the 64 values of the first table begin: the brightness's, in all common encoders. */
function findTable(photo: Buffer): number {
  let at = 2;
  while (at + 4 < photo.length && photo[at] === 0xff) {
    const [marker, length] = [photo[at + 1], photo.readUInt16BE(at + 2)];
    if (marker === 0xdb && photo[at + 4] === 0) return at + 5;
    if (marker === 0xda) break;
    at += 2 + length;
  }
  throw new Error('this JPEG has no quantization table of 8-bit values');
}
