// What a picture shows follows from its name alone, so that every name gives the same picture for ever:
// `mug-red-01.jpg`, or any other name, which gets a shape and a colour of its own.

import { createHash } from 'node:crypto';
import { shapeNames, type ShapeName } from './shapes.ts';

export const colors = {
  red: '#c8372d',
  orange: '#e07b22',
  yellow: '#e3b323',
  green: '#3f8f4f',
  teal: '#1f8a8c',
  blue: '#2f62b5',
  purple: '#7a4aa8',
  pink: '#d9669a',
  brown: '#7d5236',
  grey: '#7f868d',
  black: '#2b2d31',
} as const;

const sizes = [
  [800, 600],
  [600, 800],
  [1200, 900],
  [1000, 1000],
  [640, 480],
  [900, 1200],
  [1600, 1000],
] as const;

type PictureFormat = 'jpeg' | 'png' | 'webp';

export interface PictureSpec {
  readonly shape: ShapeName;
  /** #rrggbb; fills the shape. */
  readonly color: string;
  readonly width: number;
  readonly height: number;
  readonly format: PictureFormat;
  /** Stored lying on its side, with an EXIF orientation that sets it upright. */
  readonly turned: boolean;
  /** Bytes that vary what else is in the picture. */
  readonly seed: Buffer;
}

const formats: Readonly<Record<string, PictureFormat>> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
};

/** Reads `<shape>-<colour>-<number>[-turned].<jpg|png|webp>`; the number picks the size. Other names get
 *  a colour by their hash and 800x600 pixels. Undefined where the extension is no picture's. */
export function parsePictureName(name: string): PictureSpec | undefined {
  const [, stem = '', extension = ''] = /^(.+)\.([a-z]+)$/u.exec(name) ?? [];
  const format = formats[extension];
  if (format === undefined) return undefined;
  const seed = createHash('sha256').update(stem).digest();
  const words = stem.split('-');
  const [width, height] = sizes[toNumber(words) % sizes.length] ?? sizes[0];
  const shape = shapeNames.find((known) => words.includes(known));
  const color = Object.entries(colors).find(([known]) => words.includes(known))?.[1];
  return {
    shape: shape ?? pick(shapeNames, seed, 0),
    color: color ?? toColor(seed),
    width,
    height,
    format,
    turned: words.includes('turned') && format === 'jpeg',
    seed,
  };
}

/** 1 gives the first size; a name without shape or number gives it too. */
function toNumber(words: readonly string[]): number {
  const isProduct = shapeNames.some((known) => words.includes(known));
  const digits = words.find((word) => /^\d{1,9}$/u.test(word));
  return isProduct && digits !== undefined ? Math.max(0, Number(digits) - 1) : 0;
}

function pick<Item>(items: readonly [Item, ...Item[]], seed: Buffer, at: number): Item {
  return items[(seed[at] ?? 0) % items.length] ?? items[0];
}

/** Neither so light nor so dark that the shape would be lost. */
function toColor(seed: Buffer): string {
  const channels = [1, 2, 3].map((at) => 40 + ((seed[at] ?? 0) % 160));
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
