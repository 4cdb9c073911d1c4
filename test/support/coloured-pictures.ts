// Pictures that can be told apart by what the simulated model server says of them.

import sharp from 'sharp';
import type { Record } from './journey-thread.ts';

/** Colours far enough apart that no two pictures can be taken for each other. */
function colorOf(index: number): { r: number; g: number; b: number } {
  return { r: (index % 8) * 32 + 8, g: (Math.floor(index / 8) % 8) * 32 + 8, b: 60 };
}

/** A picture of one colour, its number's, 0 to 63. */
export async function draw(index: number): Promise<Buffer> {
  const create = { width: 64, height: 64, channels: 3, background: colorOf(index) } as const;
  return sharp({ create }).png().toBuffer();
}

/** Pictures by name; the first has colour 0, the next colour 1, and so on. */
export async function drawAll(names: readonly string[]): Promise<{ [name: string]: Buffer }> {
  const drawn = await Promise.all(names.map(async (name, at) => [name, await draw(at)] as const));
  return Object.fromEntries(drawn);
}

/** A channel of a colour as a digit of its picture's number; JPEG moves it a little. */
const near = (hex = ''): number => Math.round((Number.parseInt(hex, 16) - 8) / 32);

/** Which pictures an answer was given to: the simulated server says the colours that it saw. */
export function picturesIn(row: Record | undefined): readonly number[] {
  const seen = (row?.['title'] ?? '').matchAll(/#(?<r>..)(?<g>..)../gu);
  return Array.from(seen, ({ groups }) => near(groups?.['r']) + 8 * near(groups?.['g']));
}
