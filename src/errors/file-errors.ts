// What can be wrong with a dropped file as a whole, before anything in it is read.

import type { Sentences } from './sentence.ts';

export const fileErrors = {
  E_FILE_TOO_LARGE: {
    en: 'The file has {size} MB; the limit is {limit} MB. Split it into smaller files and drop them together.',
    zh: '文件大小为 {size} MB，上限为 {limit} MB。请拆分成较小的文件后一起发送。',
  },
  E_FILE_GONE: {
    en: 'The file is no longer in Slack. Drop it again.',
    zh: '文件已不在 Slack 中，请重新发送。',
  },
  E_FILE_TYPE: {
    en: 'This is a file of the kind {kind}, which I cannot read. Save a table as "CSV UTF-8" from the spreadsheet, pack pictures into a zip, and drop that file.',
    zh: '这是 {kind} 文件，无法读取。表格请用表格软件另存为“CSV UTF-8”，图片请压缩成 zip，然后发送。',
  },
} as const satisfies Record<string, Sentences>;
