// Which columns hold the pictures: by their names, else by what stands in them.

import { fail } from '../errors.ts';
import { hasImageHint, isImageName, isNearImageName, toPlainName } from './image-names.ts';
import type { NamedPictures } from './named-pictures.ts';
import { splitImages } from './split-images.ts';

/** Columns that a refusal lists; a table may have 200. */
const maxListed = 20;

const link = /https?:\/\//i;
const pictureLink =
  /^https?:\/\/.*(?:\.(?:jpe?g|png|webp|gif|avif|heic|bmp)(?![a-z0-9])|[?&=/](?:format|fm|wx_fmt)[=,/](?:jpe?g|png|webp))/i;

/**
 * Positions of the image columns in table order, at least one; throws E_CSV_NO_IMAGE_COLUMN with the
 * columns that there are and what to name the right one.
 *
 * @param rows The first rows; they decide where names do not.
 * @param pictures Dropped with the table: columns that name them are the ones.
 */
export function findImageColumns(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  pictures?: NamedPictures,
): readonly number[] {
  const naming = pictures === undefined ? [] : findNaming(columns, rows, pictures);
  if (naming.length > 0) return naming;
  const content = columns.map((name, index) => inspect({ name, index }, rows));
  const named = content.filter(({ name }) => isImageName(name));
  const found = named.some((column) => column.filled > 0)
    ? withoutFileNames(named)
    : content.filter((column) => isPictureColumn(column));
  const chosen = found.length > 0 ? found : named;
  if (chosen.length > 0) return chosen.map(({ index }) => index);
  return fail('E_CSV_NO_IMAGE_COLUMN', {
    columns: toList(columns),
    rename: toSuggestion(content),
  });
}

const fileName =
  /^(?:file|image|picture|photo)?(?:file)?names?$|^(?:图片)?文件名$|^(?:图片名|图片名称)$/;

/** Columns in which cells name pictures that are there; else those that are called after file names. */
function findNaming(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  pictures: NamedPictures,
): readonly number[] {
  const found = columns.flatMap((_, index) =>
    rows.some((row) => pictures.isNamed(row[index] ?? '')) ? [index] : [],
  );
  if (found.length > 0) return found;
  const hasLinks = rows.some((row) => row.some((cell) => link.test(cell)));
  if (hasLinks) return [];
  return columns.flatMap((name, index) => {
    const plain = toPlainName(name);
    const isName = plain !== 'name' && plain !== 'names' && fileName.test(plain);
    return isName ? [index] : [];
  });
}

interface Content {
  readonly name: string;
  readonly index: number;
  /** Cells among the first rows that hold anything, a link, a link to what is surely a picture. */
  readonly filled: number;
  readonly links: number;
  readonly pictures: number;
}

function inspect(
  column: { readonly name: string; readonly index: number },
  rows: readonly (readonly string[])[],
): Content {
  const cells = rows.map((row) => row[column.index] ?? '').filter((cell) => cell.trim() !== '');
  return {
    ...column,
    filled: cells.length,
    links: cells.filter((cell) => link.test(cell)).length,
    pictures: cells.filter((cell) => splitImages(cell).some((one) => pictureLink.test(one))).length,
  };
}

/** Beside a column of links, one of mere names ("mug.jpg") is the same picture once more. */
function withoutFileNames(named: readonly Content[]): readonly Content[] {
  if (!named.some(({ links }) => links > 0)) return named;
  return named.filter(({ filled, links }) => filled === 0 || links > 0);
}

/** Links alone could be product pages: they must end like pictures, or the name must speak of pictures. */
function isPictureColumn({ name, filled, links, pictures }: Content): boolean {
  if (filled === 0) return false;
  return pictures * 2 > filled || (hasImageHint(name) && links * 2 > filled);
}

function toList(columns: readonly string[]): string {
  const listed = columns.slice(0, maxListed).join(', ');
  return columns.length > maxListed ? `${listed}, …` : listed;
}

/** The new name, and with it the column that is probably meant; the same in every language. */
function toSuggestion(columns: readonly Content[]): string {
  const near =
    columns.find(({ name }) => isNearImageName(name)) ??
    columns.find(({ name }) => hasImageHint(name)) ??
    columns.find(({ links }) => links > 0);
  return near === undefined ? 'image_url' : `${near.name} → image_url`;
}
