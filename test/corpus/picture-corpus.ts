// The pictures of the corpus: I1 to I15, as bytes that are at hand.

import sharp, { type Sharp } from 'sharp';
import type { PreparedImage } from '../../src/batch/completion.ts';
import { createImageSource } from '../../src/images/image-source.ts';
import {
  claimSize,
  makeAnimation,
  makeJpeg,
  makeNoise,
  makePng,
  makeTurned,
  padJpeg,
  readCorner,
  readMiddle,
} from '../images/pictures.ts';
import { toEntries, type Entry, type Line, type Outcome } from './entry.ts';

const { signal } = new AbortController();
const pixelBudget = 1_048_576;

type Bytes = Buffer | Promise<Buffer>;
type Show = (image: PreparedImage) => string | Promise<string>;

/** What becomes of the bytes, and what is seen of a picture that they are. */
const prepare =
  (make: () => Bytes, show: Show = () => 'accepted') =>
  async (): Promise<Outcome> => {
    const source = createImageSource({ allowHosts: [], allowPrivateCidrs: [] });
    try {
      const image = await source.prepareBytes(await make(), { pixelBudget, signal });
      return 'code' in image ? image : await show(image);
    } finally {
      await source.close();
    }
  };

const text = (content: string) => (): Buffer => Buffer.from(content, 'latin1');
const refused = (content: string): (() => Promise<Outcome>) => prepare(text(content));

const toColour = ([red = 0, green = 0, blue = 0]: readonly number[]): string =>
  [red, green, blue].map((value) => (value > 200 ? 'f' : value < 55 ? '0' : '7')).join('');
const size: Show = ({ width, height }) => `${width}x${height}`;
const corner: Show = async ({ bytes }) => toColour(await readCorner(bytes));
const middle: Show = async ({ bytes }) => toColour(await readMiddle(bytes));
const tail = Buffer.from('<script>alert(1)</script>');
const withoutTail: Show = ({ bytes }) => (bytes.includes(tail) ? 'passed on' : 'left behind');

const png = (): Promise<Sharp> => makePng(64, 64).then((bytes) => sharp(bytes));
const clear = { r: 0, g: 0, b: 0, alpha: 0 };
const transparent = (): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 64, channels: 4, background: clear } })
    .png()
    .toBuffer();
const entities = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "&a;&a;&a;">]><svg>&a;</svg>';

const rows: readonly Line[] = [
  ['I1', 'no bytes', 'E_IMAGE_EMPTY', refused('')],
  ['I2', 'a page named like a picture', 'E_FILE_NOT_IMAGE', refused('<html>log in</html>')],
  ['I3', 'half a JPEG', 'E_IMAGE_CORRUPT', prepare(halfJpeg)],
  ['I4', '20,000 × 20,000', 'E_IMAGE_TOO_MANY_PIXELS', prepare(() => claimSize(20_000, 20_000))],
  ['I5', '16,000 × 16,000', 'E_IMAGE_TOO_MANY_PIXELS', prepare(() => claimSize(16_000, 16_000))],
  ['I6', 'SVG', 'E_IMAGE_FORMAT', refused('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['I6', 'PDF', 'E_IMAGE_FORMAT', refused('%PDF-1.7\n')],
  ['I6', 'TIFF', 'E_IMAGE_FORMAT', prepare(async () => (await png()).tiff().toBuffer())],
  ['I6', 'PSD', 'E_IMAGE_FORMAT', refused('8BPS\0\u0001')],
  ['I6', 'HEIC', 'E_IMAGE_FORMAT', refused('\0\0\0\u0018ftypheic\0\0\0\0mif1heic')],
  ['I10', '1 × 1', 'E_IMAGE_DIMENSIONS', prepare(() => makePng(1, 1))],
  ['I10', '1 × 20,000', 'E_IMAGE_DIMENSIONS', prepare(() => makePng(1, 20_000))],
  [
    'I11',
    '30 MB',
    'E_IMAGE_TOO_LARGE',
    prepare(() => Buffer.alloc(30e6, '\xff\xd8\xff', 'latin1')),
  ],
  ['I13', 'lost in 30 MB of EXIF', 'E_IMAGE_TOO_LARGE', prepare(() => padded(30e6))],
  ['I14', 'an SVG of entities', 'E_IMAGE_FORMAT', refused(entities)],
];

const taken: readonly Line[] = [
  ...(['gif', 'webp'] as const).map((format): Line => [
    'I7',
    `an animated ${format}`,
    '0f0 animated',
    prepare(
      () => makeAnimation(format),
      async (image) => `${await middle(image)} ${image.warning}`,
    ),
  ]),
  [
    'I8',
    'CMYK',
    'accepted',
    prepare(async () => (await png()).toColourspace('cmyk').jpeg().toBuffer()),
  ],
  [
    'I8',
    '16 bits a channel',
    'accepted',
    prepare(async () => (await png()).toColourspace('rgb16').png().toBuffer()),
  ],
  [
    'I8',
    'gray with alpha',
    'accepted',
    prepare(async () => (await png()).ensureAlpha().toColourspace('b-w').png().toBuffer()),
  ],
  [
    'I8',
    'a palette',
    'accepted',
    prepare(async () => (await png()).png({ palette: true }).toBuffer()),
  ],
  // Red above blue: the right corner of the lying picture would be blue.
  ['I9', 'turned by EXIF', 'f00', prepare(makeTurned, corner)],
  [
    'I12',
    'a GIF with a page behind it',
    'left behind',
    prepare(async () => Buffer.concat([await makeAnimation('gif'), tail]), withoutTail),
  ],
  [
    'I12',
    'a JPEG with an archive behind it',
    'left behind',
    prepare(
      async () => Buffer.concat([await makeJpeg(), text('PK\u0003\u0004')(), tail]),
      withoutTail,
    ),
  ],
  ['I13', '10 MB of comments', '640x480', prepare(() => padded(10e6), size)],
  ['I15', 'nothing but transparent', 'fff', prepare(transparent, middle)],
];

async function padded(bytes: number): Promise<Buffer> {
  return padJpeg(await makeJpeg(), bytes);
}

async function halfJpeg(): Promise<Buffer> {
  const noise = await makeNoise(300, 300);
  return noise.subarray(0, noise.length / 2);
}

export const pictureCorpus: readonly Entry[] = [
  ...toEntries('row', rows),
  ...toEntries('nowhere', taken),
];
