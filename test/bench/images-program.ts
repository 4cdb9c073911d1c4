// A process that prepares pictures in one of two ways, as its argument says, a round for each message
// of its parent. It is a process of its own so that its processor time and its memory are its own.

import sharp from 'sharp';
import { createImageSource } from '../../src/images/image-source.ts';
import type { Contender, Round, RoundResult } from './images-round.ts';

type Prepare = (url: string, round: Round) => Promise<string>;

/** As the bot does it, up to the text that its request to the model holds. */
function createDarkroom(): Prepare {
  const source = createImageSource({ allowHosts: ['127.0.0.1'], allowPrivateCidrs: [] });
  const { signal } = new AbortController();
  return async (url, { pixelBudget }) => {
    const image = await source.prepare(url, { pixelBudget, signal });
    if ('code' in image) throw new Error(image.code);
    return image.bytes.toString('base64');
  };
}

/** What one would write by hand: no checks, no limits, and the size of the result known beforehand. */
async function preparePlainly(url: string, { width, height }: Round): Promise<string> {
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  const jpeg = await sharp(bytes)
    .rotate()
    .resize(width, height, { fit: 'fill' })
    .jpeg({ quality: 85 })
    .toBuffer();
  return jpeg.toString('base64');
}

async function runRound(round: Round, prepare: Prepare): Promise<RoundResult> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const urls = Array.from({ length: round.pictures }, (_, index) => `${round.url}/${index}.jpg`);
  const left = urls.values();
  let characters = 0;
  const takeTurns = async (): Promise<void> => {
    for (const url of left) {
      const text = await prepare(url, round);
      characters += text.length;
    }
  };
  await Promise.all(Array.from({ length: round.inFlight }, takeTurns));
  const { user, system } = process.cpuUsage(before);
  return {
    wallSeconds: (performance.now() - startedMs) / 1000,
    cpuSeconds: (user + system) / 1_000_000,
    charactersEach: characters / round.pictures,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

const contenders: Readonly<Record<Contender, () => Prepare>> = {
  darkroom: createDarkroom,
  plain: () => preparePlainly,
};

function isContender(name: string | undefined): name is Contender {
  return name !== undefined && Object.hasOwn(contenders, name);
}

const [, , name] = process.argv;
if (!isContender(name)) throw new Error(`no such contender: ${name}`);
const prepare = contenders[name]();
process.on('message', (round: Round) => {
  void runRound(round, prepare).then((result) => process.send?.(result));
});
