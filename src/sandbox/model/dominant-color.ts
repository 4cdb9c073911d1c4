// The colour that fills most of a picture.

import type { Sharp } from 'sharp';

const sampleSide = 64;

/** The dominant colour as #rrggbb: the average of the most frequent of 4,096 colour cells, in a sample
 *  of 64x64 pixels, with transparency on white. Uses the picture's pipeline up. Rejects where the picture cannot be decoded whole. */
export async function toDominantColor(picture: Sharp): Promise<string> {
  const { data, info } = await picture
    .resize(sampleSide, sampleSide, { fit: 'fill', kernel: 'nearest' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const cells = new Map<number, { count: number; red: number; green: number; blue: number }>();
  for (let at = 0; at < data.length; at += info.channels) {
    const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
    const key = (red >> 4) * 256 + (green >> 4) * 16 + (blue >> 4);
    const cell = cells.get(key) ?? { count: 0, red: 0, green: 0, blue: 0 };
    cell.count += 1;
    cell.red += red;
    cell.green += green;
    cell.blue += blue;
    cells.set(key, cell);
  }
  const [most] = [...cells.values()].toSorted((one, other) => other.count - one.count);
  if (most === undefined) throw new Error('The picture has no pixels.');
  const toHex = (sum: number): string =>
    Math.round(sum / most.count)
      .toString(16)
      .padStart(2, '0');
  return `#${toHex(most.red)}${toHex(most.green)}${toHex(most.blue)}`;
}
