// Which pictures show one and the same product, where their names leave no doubt: folders that hold a
// few pictures each, or names that differ by a number at their end.

export interface Grouping {
  readonly by: 'folders' | 'names';
  /** Positions of the pictures, a list for each row, in the order of each row's first picture. */
  readonly groups: readonly (readonly number[])[];
}

/** Where a picture stands, and what it is called there. */
export interface PictureName {
  /** The same for pictures of one folder; '' for those in no folder. */
  readonly folder: string;
  /** With its extension. */
  readonly name: string;
}

/** `mug-1`, `mug_2`, `mug (3)`; camera numbers have more digits and mean something else. */
const numbered = /^(?<base>.*[^\s_-])(?:[-_](?<plain>\d{1,2})|\s*\((?<bracketed>\d{1,2})\))$/u;

/** Says when a picture was taken, not what it shows: the number behind it is a day, a second or a count. */
const date =
  /(?<!\d)(?:19|20)\d\d(?:[-_.](?:0[1-9]|1[0-2])(?!\d)|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))/u;

/** undefined where every picture is a row of its own. `max` is the most pictures of a row. */
export function groupPictures(pictures: readonly PictureName[], max: number): Grouping | undefined {
  const folders = groupBy(pictures, ({ folder }) => folder);
  if (isByFolder(pictures, folders, max)) return { by: 'folders', groups: folders };
  const names = groupBy(pictures, ({ folder, name }) => `${folder}\n${toBase(name)}`);
  const several = names.filter((group) => group.length > 1);
  const isPlain = (group: readonly number[]): boolean =>
    group.length <= max && new Set(group.map((at) => numberOf(pictures[at]))).size === group.length;
  if (several.length < 2 || !several.every(isPlain)) return undefined;
  const inOrder = names.map((group) =>
    group.toSorted((one, other) => numberOf(pictures[one]) - numberOf(pictures[other])),
  );
  return { by: 'names', groups: inOrder };
}

/** Several folders with 1 to `max` pictures each, nothing beside them, and at least one with several. */
function isByFolder(
  pictures: readonly PictureName[],
  folders: readonly (readonly number[])[],
  max: number,
): boolean {
  if (folders.length < 2 || pictures.some(({ folder }) => folder === '')) return false;
  return folders.every(({ length }) => length <= max) && folders.some(({ length }) => length > 1);
}

function groupBy(
  pictures: readonly PictureName[],
  toKey: (picture: PictureName) => string,
): readonly (readonly number[])[] {
  return [...Map.groupBy(pictures.keys(), (at) => toKeyOf(pictures[at], toKey)).values()];
}

function toKeyOf(
  picture: PictureName | undefined,
  toKey: (picture: PictureName) => string,
): string {
  return picture === undefined ? '' : toKey(picture);
}

function toStem(name: string): string {
  return name.replace(/\.[^.]*$/u, '');
}

function toBase(name: string): string {
  const stem = toStem(name).toLowerCase();
  return toNumber(stem)?.['base'] ?? stem;
}

function toNumber(stem: string): Partial<Record<string, string>> | undefined {
  return date.test(stem) ? undefined : numbered.exec(stem)?.groups;
}

/** 0 for the one without a number, which comes first. */
function numberOf(picture: PictureName | undefined): number {
  const { plain, bracketed } = toNumber(toStem(picture?.name ?? '')) ?? {};
  return Number(plain ?? bracketed ?? 0);
}
