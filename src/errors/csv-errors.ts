// What can be wrong with a dropped table as a whole. Row numbers are those that a spreadsheet shows.

import type { Sentences } from './sentence.ts';

export const csvErrors = {
  E_CSV_EMPTY: {
    en: 'The file is empty. Check that the table was saved, and drop it again.',
    zh: '文件是空的。请确认表格已保存，然后重新发送。',
  },
  E_CSV_NO_ROWS: {
    en: 'The table has a header and no rows below it. Add one row for each product and drop it again.',
    zh: '表格只有表头，没有数据行。请为每个商品添加一行，然后重新发送。',
  },
  E_CSV_NO_HEADER: {
    en: 'The first row holds links, so the table seems to have no header. Insert a first row with column names such as image_url, and drop it again.',
    zh: '第一行就是链接，表格似乎没有表头。请在最上方插入一行列名（例如 image_url），然后重新发送。',
  },
  E_CSV_NO_IMAGE_COLUMN: {
    en: 'No column holds picture links. Columns found: {columns}. Rename the column with the links, or add one: {rename}. Then drop the file again.',
    zh: '没有找到图片链接列。现有的列：{columns}。请修改图片链接所在列的列名，或添加该列：{rename}。然后重新发送。',
  },
  E_CSV_NO_IMAGES: {
    en: 'No row has a picture: every row is blank in {columns}. Fill in the picture links and drop the file again.',
    zh: '所有行都没有图片：{columns} 列全部为空。请填写图片链接后重新发送。',
  },
  E_CSV_DUP_COLUMN: {
    en: 'Two columns have the same name "{name}" (columns {first} and {second}). Rename one of them and drop the file again.',
    zh: '有两列同名“{name}”（第 {first} 列和第 {second} 列）。请修改其中一个列名，然后重新发送。',
  },
  E_CSV_EMPTY_COLUMN: {
    en: 'Column {column} has no name. Give it one in the header row, or delete the column, and drop the file again.',
    zh: '第 {column} 列没有列名。请在表头中填写列名或删除该列，然后重新发送。',
  },
  E_CSV_TOO_MANY_COLUMNS: {
    en: 'The table has {found} columns; the limit is {limit}. Delete the columns that are not needed and drop it again.',
    zh: '表格有 {found} 列，上限为 {limit} 列。请删除不需要的列，然后重新发送。',
  },
  E_CSV_HEADER_TOO_LONG: {
    en: 'The name of column {column} has {found} characters; the limit is {limit}. Shorten it in the header row and drop the file again.',
    zh: '第 {column} 列的列名有 {found} 个字符，上限为 {limit} 个。请缩短列名，然后重新发送。',
  },
  E_CSV_TOO_MANY_ROWS: {
    en: 'The table has {found} rows; the limit is {limit}. Split it into smaller files and drop them together.',
    zh: '表格有 {found} 行，上限为 {limit} 行。请拆分成较小的文件后一起发送。',
  },
  E_CSV_RAGGED: {
    en: '{count} of {rows} rows do not have as many cells as the header; the first is row {line}. Often a quotation mark is missing or cells contain the separator: save the table again as "CSV UTF-8" from the spreadsheet and drop it.',
    zh: '{rows} 行中有 {count} 行的单元格数量与表头不一致，最早出现在第 {line} 行。常见原因是缺少引号，或单元格中含有分隔符。请在表格软件中重新另存为“CSV UTF-8”后发送。',
  },
  E_CSV_QUOTE: {
    en: 'A quotation mark in row {line} is not closed or stands inside a cell. Write it twice ("") within a quoted cell, or save the table again as "CSV UTF-8" from the spreadsheet.',
    zh: '第 {line} 行的引号没有闭合，或出现在单元格中间。请在带引号的单元格内把引号写两次（""），或在表格软件中重新另存为“CSV UTF-8”。',
  },
  E_CSV_RECORD_TOO_LARGE: {
    en: 'Row {line} holds more than {limit} MB of text. Shorten its longest cell and drop the file again.',
    zh: '第 {line} 行的文字超过 {limit} MB。请缩短其中最长的单元格，然后重新发送。',
  },
  E_CSV_BINARY: {
    en: 'The file holds binary data, not text. Open the table in the spreadsheet, save it as "CSV UTF-8", and drop that file.',
    zh: '文件内容是二进制数据，不是文本。请用表格软件打开原表格，另存为“CSV UTF-8”后发送。',
  },
  E_CSV_ENCODING: {
    en: 'The text is neither UTF-8, UTF-16 nor GB18030; it cannot be read from byte {offset} on. Save the table as "CSV UTF-8" from the spreadsheet and drop it again.',
    zh: '文件的文字编码不是 UTF-8、UTF-16 或 GB18030，从第 {offset} 字节起无法识别。请在表格软件中另存为“CSV UTF-8”后重新发送。',
  },
} as const satisfies Record<string, Sentences>;
