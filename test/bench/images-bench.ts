// Pictures prepared for the model, from their address to base64: Darkroom's way with all of its checks
// against a plain script, in turns, so that whatever else the machine does meets both.

import { pixelBudgets } from '../../src/batch/recipe.ts';
import { toTargetSize, type Size } from '../../src/batch/tokens.ts';
import { startPictureHost } from '../images/picture-host.ts';
import type { Bench, BenchReport, BenchResult } from './bench.ts';
import { makePhoto } from './make-photo.ts';
import { startContender, type Round, type RoundResult } from './images-round.ts';
import {
  round as toDigits,
  showSpread,
  spreadOf,
  toSpreadFields,
  type Spread,
} from './statistics.ts';

interface Photo extends Size {
  readonly megapixels: string;
  /** Pictures of one round: about a second's work. */
  readonly pictures: number;
}

const photos: readonly Photo[] = [
  { megapixels: '0.3', width: 640, height: 480, pictures: 240 },
  { megapixels: '2', width: 1632, height: 1224, pictures: 80 },
  { megapixels: '12', width: 4000, height: 3000, pictures: 32 },
];

const inFlight = 8;
const usualRounds = 3;
const manyRounds = 9;
const pixelBudget = pixelBudgets.standard;
const targetShare = 0.9;

interface Turn {
  readonly darkroom: RoundResult;
  readonly plain: RoundResult;
}

interface Result {
  readonly megapixels: string;
  readonly fileBytes: number;
  /** Pictures for a second of one core. */
  readonly darkroomPerCore: Spread;
  readonly plainPerCore: Spread;
  /** Darkroom's rate as a share of the plain script's in the same turn. */
  readonly shareByCore: Spread;
  readonly shareByClock: Spread;
  readonly darkroomPeakMegabytes: number;
  readonly plainPeakMegabytes: number;
}

export const imagesBench: Bench = {
  name: 'images',
  about: 'pictures prepared per core (fetch, shrink, base64), against a plain script',
  async run({ rounds, full, say }) {
    const results: Result[] = [];
    for (const photo of photos) {
      say(`${photo.megapixels} megapixels`);
      results.push(await measure(photo, rounds ?? (full ? manyRounds : usualRounds)));
    }
    return toReport(results);
  },
};

async function measure(photo: Photo, rounds: number): Promise<Result> {
  const file = await makePhoto(photo);
  await using host = await startPictureHost((_request, response) => {
    response.setHeader('content-type', 'image/jpeg').end(file);
  });
  const target = toTargetSize(photo, pixelBudget);
  const round = { url: host.url, pictures: photo.pictures, inFlight, pixelBudget, ...target };
  const turns = await takeTurns(round, rounds);
  return toResult(photo, file.length, turns);
}

/** The one that begins changes with every turn; a first turn without a result warms both up. */
async function takeTurns(round: Round, rounds: number): Promise<readonly Turn[]> {
  await using darkroom = startContender('darkroom');
  await using plain = startContender('plain');
  const turns: Turn[] = [];
  for (let turn = 0; turn <= rounds; turn += 1) {
    const early = turn % 2 === 0 ? await plain.run(round) : undefined;
    const ours = await darkroom.run(round);
    const theirs = early ?? (await plain.run(round));
    checkSameWork(ours, theirs);
    turns.push({ darkroom: ours, plain: theirs });
  }
  return turns.slice(1);
}

/** Pictures of one size and quality are about as large; otherwise one has not done its work. */
function checkSameWork(ours: RoundResult, theirs: RoundResult): void {
  const ratio = ours.charactersEach / theirs.charactersEach;
  if (ratio < 0.95 || ratio > 1.05) {
    throw new Error(`The results differ in size by a factor of ${ratio.toFixed(2)}.`);
  }
}

function toResult(photo: Photo, fileBytes: number, turns: readonly Turn[]): Result {
  const perCore = ({ cpuSeconds }: RoundResult): number => photo.pictures / cpuSeconds;
  const darkroom = turns.map((turn) => turn.darkroom);
  const plain = turns.map((turn) => turn.plain);
  const shareOf = (time: 'cpuSeconds' | 'wallSeconds'): Spread =>
    spreadOf(turns.map((turn) => turn.plain[time] / turn.darkroom[time]));
  return {
    megapixels: photo.megapixels,
    fileBytes,
    darkroomPerCore: spreadOf(darkroom.map(perCore)),
    plainPerCore: spreadOf(plain.map(perCore)),
    shareByCore: shareOf('cpuSeconds'),
    shareByClock: shareOf('wallSeconds'),
    darkroomPeakMegabytes: peakOf(darkroom),
    plainPeakMegabytes: peakOf(plain),
  };
}

function peakOf(results: readonly RoundResult[]): number {
  return Math.max(...results.map(({ peakMegabytes }) => peakMegabytes));
}

function toReport(results: readonly Result[]): BenchReport {
  const header = [
    'megapixels',
    'file',
    'Darkroom',
    'plain script',
    'ratio',
    'ratio by the clock',
    'peak memory',
  ];
  const rows = results.map((result) => [
    result.megapixels,
    `${(result.fileBytes / 1_000_000).toFixed(2)} MB`,
    showSpread(result.darkroomPerCore, 1),
    showSpread(result.plainPerCore, 1),
    showSpread(result.shareByCore, 2),
    showSpread(result.shareByClock, 2),
    `${result.darkroomPeakMegabytes.toFixed(0)} MB, plain ${result.plainPeakMegabytes.toFixed(0)} MB`,
  ]);
  const isMet = results.every(({ shareByCore }) => shareByCore.median >= targetShare);
  return {
    table: [header, ...rows],
    results: results.map(toFlat),
    notes: [
      'Pictures for each second of one core’s time; the median of the rounds and, in brackets, the lowest and the highest.',
      `Both have ${inFlight} pictures in flight. Target: a median ratio of at least ${targetShare} for every size: ${isMet ? 'met' : 'missed'}.`,
    ],
  };
}

function toFlat(result: Result): BenchResult {
  return {
    case: `${result.megapixels} MP`,
    file_mb: toDigits(result.fileBytes / 1_000_000, 2),
    ...toSpreadFields('pictures_per_core_s', result.darkroomPerCore),
    ...toSpreadFields('peer_pictures_per_core_s', result.plainPerCore),
    ...toSpreadFields('ratio_to_script', result.shareByCore),
    ...toSpreadFields('ratio_by_clock', result.shareByClock),
    peak_mb: Math.round(result.darkroomPeakMegabytes),
    peer_peak_mb: Math.round(result.plainPeakMegabytes),
  };
}
