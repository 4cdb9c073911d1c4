// What reading a table has shown, said in English before the run.

import type { TableWarning } from '../../batch/table.ts';
import { showCode } from '../escape.ts';
import { counted, groupDigits } from './count.ts';

/** Escapes what it takes from the file. */
export function englishWarning(warning: TableWarning): string {
  switch (warning.kind) {
    case 'scientific-digits':
      return `Row ${warning.line} has ${showCode(warning.value)} in ${showCode(warning.column)}: a spreadsheet has cut these digits. If you need them, format the column as text and export the file again`;
    case 'empty-columns-dropped':
      return `${warning.count} empty ${counted(warning.count, 'column', 'columns')} at the right ${counted(warning.count, 'is', 'are')} left out`;
    case 'encoding':
      return `The file is not in UTF-8; I read it as ${showCode(warning.encoding)}`;
    case 'images-cut':
      return `${groupDigits(warning.rows, 'en-US')} ${counted(warning.rows, 'row has', 'rows have')} more than ${warning.limit} pictures (${counted(warning.rows, '', 'the first is ')}row ${warning.line}); I use the first ${warning.limit}`;
  }
}
