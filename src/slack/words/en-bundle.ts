// What was found among dropped pictures, said in English before the run.

import type { BundleSummary, Examples } from '../../batch/table.ts';
import { showCode } from '../escape.ts';
import { counted, groupDigits } from './count.ts';

const number = (value: number): string => groupDigits(value, 'en-US');
const pictures = (count: number): string =>
  `${number(count)} ${counted(count, 'picture', 'pictures')}`;
const rows = (count: number): string => `${number(count)} ${counted(count, 'row', 'rows')}`;

/** Such as "`a.jpg`, `b.jpg` …". */
function show({ count, names }: Examples): string {
  const shown = names.map((name) => showCode(name)).join(', ');
  return count > names.length ? `${shown} …` : shown;
}

/** Escapes what it takes from the files. */
export function englishBundle(bundle: BundleSummary, rowCount: number): readonly string[] {
  const { unused, rowsMissing, skipped, nested } = bundle;
  return [
    toFirstLine(bundle, rowCount),
    ...(unused.count > 0 ? [`${pictures(unused.count)} that no row names: ${show(unused)}`] : []),
    ...(rowsMissing > 0
      ? [
          `${rows(rowsMissing)} ${counted(rowsMissing, 'names a picture that is', 'name pictures that are')} not there; ${counted(rowsMissing, 'it', 'they')} will be listed as failed`,
        ]
      : []),
    ...(skipped.count > 0
      ? [
          `${number(skipped.count)} other ${counted(skipped.count, 'file is', 'files are')} left out: ${show(skipped)}`,
        ]
      : []),
    ...(nested.count > 0
      ? [
          `${number(nested.count)} ${counted(nested.count, 'archive inside the zip is', 'archives inside the zip are')} not opened: ${show(nested)}`,
        ]
      : []),
  ];
}

function toFirstLine(
  { pictures: count, manifest, grouping }: BundleSummary,
  rowCount: number,
): string {
  if (manifest !== undefined) {
    if (count === 0) return `The rows are those of ${showCode(manifest)}, which came in the zip`;
    return `${pictures(count)} came along; ${showCode(manifest)} says which row has which`;
  }
  if (grouping === undefined)
    return `${pictures(count)}, ${counted(count, 'one row', 'a row each')}`;
  const reason =
    grouping === 'folders'
      ? 'the pictures of a folder are one row'
      : 'pictures whose names differ only by the number at the end are one row';
  return `${pictures(count)} in ${rows(rowCount)}: ${reason}. For a row each, drop them again with \`group: off\``;
}
