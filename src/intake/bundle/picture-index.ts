// Finds dropped pictures by the names that people write into tables: with or without the folder, in any
// case, in composed or decomposed characters.

import { toQuoted } from '../../batch/column-names.ts';
import { nearest } from '../../batch/nearest.ts';
import type { BundledImage, ImageReference } from '../../batch/row.ts';
import { type Fault, toFault } from '../../errors.ts';
import type { NamedPictures } from '../named-pictures.ts';
import { splitImages } from '../split-images.ts';

/** Missing names that are compared with all others; it takes up to 0.1 s each. */
const maxCompared = 20;
const maxCandidates = 1000;

const link = /https?:\/\//i;
const lineEnds = /[\n\r]+/u;
const separators = /[;|,，；、]+/u;
/** Darkroom's own files begin cells with it that a spreadsheet would calculate. */
const guard = "'";

export interface PictureIndex extends NamedPictures {
  /** Forgets which pictures were found. */
  restart(): void;
  /** Pictures that no cell has named since. */
  unused(): readonly BundledImage[];
}

export function createPictureIndex(pictures: readonly BundledImage[]): PictureIndex {
  const byPath = Map.groupBy(pictures, ({ name }) => toKey(name));
  const byName = Map.groupBy(pictures, ({ name }) => toKey(toBareName(name)));
  const used = new Set<BundledImage>();
  const suggest = createSuggestions(pictures);

  const lookUpExact = (text: string): readonly BundledImage[] => {
    const found = byPath.get(toKey(text)) ?? byName.get(toKey(text)) ?? [];
    // Where case alone tells two pictures apart, it counts.
    const same = found.filter(({ name }) => name === text);
    return same.length === 1 ? same : found;
  };
  const lookUp = (text: string): readonly BundledImage[] => {
    const found = lookUpExact(text);
    if (found.length > 0 || !text.startsWith(guard)) return found;
    return lookUpExact(text.slice(guard.length));
  };

  const toReference = (text: string): BundledImage | Fault => {
    const [first, second] = lookUp(text);
    const name = toQuoted(text);
    if (first === undefined) {
      return toFault('E_ROW_IMAGE_NOT_IN_ZIP', { name, nearest: suggest(text) });
    }
    if (second !== undefined) return toAmbiguous(name, first, second);
    used.add(first);
    return first;
  };

  return {
    isNamed: (cell) => toNames(cell, lookUp).some((name) => lookUp(name).length > 0),
    find: (cell) =>
      toNames(cell, lookUp).map((name): ImageReference | Fault =>
        link.test(name) ? name : toReference(name),
      ),
    restart: () => used.clear(),
    unused: () => pictures.filter((picture) => !used.has(picture)),
  };
}

function toAmbiguous(name: string, first: BundledImage, second: BundledImage): Fault {
  return toFault('E_ROW_IMAGE_AMBIGUOUS', {
    name,
    first: toQuoted(first.name),
    second: toQuoted(second.name),
  });
}

/** A name may hold what otherwise separates names, so the cell and its lines are tried whole first. */
function toNames(
  cell: string,
  lookUp: (text: string) => readonly BundledImage[],
): readonly string[] {
  const whole = cell.trim();
  if (whole === '') return [];
  if (lookUp(whole).length > 0) return [whole];
  if (link.test(whole)) return splitImages(whole);
  const lines = whole.split(lineEnds).map((line) => line.trim());
  const parts = lines.flatMap((line) =>
    lookUp(line).length > 0 ? [line] : line.split(separators),
  );
  return [...new Set(parts.map((part) => part.trim()))].filter((part) => part !== '');
}

/** Case and the way of writing accents make no difference, nor do a leading `./` and backslashes. */
function toKey(name: string): string {
  const path = name
    .trim()
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/u, '');
  // Upper case first: it folds letters together that lower case alone keeps apart, such as ß and ss.
  return path.toUpperCase().toLowerCase();
}

function toBareName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function toStem(name: string): string {
  return toKey(toBareName(name)).replace(/\.[^.]*$/u, '');
}

/** The name that was probably meant, else any; the same for the same name however often it is asked. */
function createSuggestions(pictures: readonly BundledImage[]): (name: string) => string {
  const byStem = new Map(pictures.map((picture) => [toStem(picture.name), picture]));
  const candidates = pictures.slice(0, maxCandidates).map(({ name }) => toBareName(name));
  const compared = new Map<string, string | undefined>();
  const compare = (name: string): string | undefined => {
    const bare = toBareName(name).slice(0, 100);
    if (!compared.has(bare) && compared.size < maxCompared) {
      compared.set(bare, nearest(bare, candidates));
    }
    return compared.get(bare);
  };
  return (name) => {
    const found = byStem.get(toStem(name))?.name ?? compare(name) ?? pictures[0]?.name ?? '';
    return toQuoted(found);
  };
}
