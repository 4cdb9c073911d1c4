// Draws a picture as a shop would photograph a product: one thing on a plain ground.

import sharp from 'sharp';
import type { PictureSpec } from './picture-name.ts';
import { shapes } from './shapes.ts';

const quarterTurnBack = 8;

/** The encoded picture; equal specs give equal bytes on one machine. */
export async function drawPicture(spec: PictureSpec): Promise<Buffer> {
  const upright = sharp(Buffer.from(buildSvg(spec))).flatten();
  if (!spec.turned) return upright.toFormat(spec.format, { quality: 85 }).toBuffer();
  // EXIF orientation 8 asks to turn the stored picture by 270 degrees; it is stored turned by 90.
  const lying = await upright.rotate(90).png({ compressionLevel: 0 }).toBuffer();
  return sharp(lying)
    .withMetadata({ orientation: quarterTurnBack })
    .jpeg({ quality: 85 })
    .toBuffer();
}

function buildSvg({ shape, color, width, height, seed }: PictureSpec): string {
  const scale = (Math.min(width, height) / 100) * (0.84 + varied(seed, 4, 0.06));
  const [x, y] = [(width - scale * 100) / 2, (height - scale * 100) / 2 - height * 0.02];
  const angle = varied(seed, 5, 8) - 4;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="ground" x2="0.4" y2="1">
      <stop stop-color="${toPale(seed, 6, 228)}"/><stop offset="1" stop-color="${toPale(seed, 9, 138)}"/>
    </linearGradient></defs>
    <rect width="${width}" height="${height}" fill="url(#ground)"/>
    <ellipse cx="${width / 2}" cy="${y + scale * 99}" rx="${scale * 46}" ry="${scale * 6}" fill="#000" fill-opacity=".16"/>
    <g transform="translate(${x} ${y}) scale(${scale}) rotate(${angle} 50 50)">${shapes[shape](color)}</g>
  </svg>`;
}

/** 0 to `span`, by one byte of the seed. */
function varied(seed: Buffer, at: number, span: number): number {
  return ((seed[at] ?? 0) / 255) * span;
}

function toPale(seed: Buffer, at: number, least: number): string {
  const channels = [at, at + 1, at + 2].map((index) => least + ((seed[index] ?? 0) % 28));
  return `rgb(${channels.join(',')})`;
}
