// Pictures of every kind that people have, made on the spot.

import { crc32 } from 'node:zlib';
import sharp from 'sharp';

const orange = { r: 230, g: 120, b: 20 };

export async function makeJpeg(width = 640, height = 480): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: orange } })
    .jpeg()
    .toBuffer();
}

export async function makePng(width = 640, height = 480): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: orange } })
    .png()
    .toBuffer();
}

/** A picture with detail, so that its file is larger than a few hundred bytes. */
export async function makeNoise(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, noise, background: orange } })
    .jpeg()
    .toBuffer();
}

/** Red above blue, stored lying on its side with the EXIF note to turn it. */
export async function makeTurned(): Promise<Buffer> {
  const half = { create: { width: 100, height: 100, channels: 3, background: '#0000ff' } } as const;
  return sharp({ create: { width: 200, height: 100, channels: 3, background: '#ff0000' } })
    .composite([{ input: half, left: 100, top: 0 }])
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** A sound PNG whose header claims another size: what a decompression bomb looks like from outside. */
export async function claimSize(width: number, height: number): Promise<Buffer> {
  const png = Buffer.from(await makePng(16, 16));
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** An AVIF whose header claims another size. */
export async function claimAvifSize(width: number, height: number): Promise<Buffer> {
  const avif = await sharp(await makePng(64, 64))
    .avif({ effort: 0 })
    .toBuffer();
  const at = avif.indexOf('ispe') + 8;
  avif.writeUInt32BE(width, at);
  avif.writeUInt32BE(height, at + 4);
  return avif;
}

/** A small file that takes much memory to decode. */
export async function makeHeavy(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: orange } })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** The JPEG with so many bytes of comments between its header and its picture. */
export function padJpeg(jpeg: Buffer, bytes: number): Buffer {
  const segment = Buffer.alloc(65_537, 0x20);
  segment.writeUInt16BE(0xff_fe, 0);
  segment.writeUInt16BE(65_535, 2);
  const padding = Array.from({ length: Math.ceil(bytes / segment.length) }, () => segment);
  return Buffer.concat([jpeg.subarray(0, 2), ...padding, jpeg.subarray(2)]);
}

async function makeFrame(background: string): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Two frames: the first green, the second magenta. */
export async function makeAnimation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = [await makeFrame('#00ff00'), await makeFrame('#ff00ff')];
  return sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer();
}

function toPngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG with the chunk that announces an animation of two frames, the first of which is the picture. */
export async function makeAnimatedPng(): Promise<Buffer> {
  const png = await makePng(64, 64);
  const frames = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
  const afterHeader = 33;
  return Buffer.concat([
    png.subarray(0, afterHeader),
    toPngChunk('acTL', frames),
    png.subarray(afterHeader),
  ]);
}

/** The middle pixel as [red, green, blue]. */
export async function readMiddle(picture: Buffer): Promise<readonly number[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const at =
    (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

/** How far two colours are apart at most in one channel; JPEG moves them by a few steps. */
export function distanceOf(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? 999))));
}

/** The outermost pixel of the top right corner as [red, green, blue]. */
export async function readCorner(picture: Buffer): Promise<readonly number[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const at = (info.width - 1) * info.channels;
  return [...data.subarray(at, at + 3)];
}
