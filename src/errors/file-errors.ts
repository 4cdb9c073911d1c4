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
    en: 'This is a file of the kind {kind}, not a CSV. If it holds a table, open it in the spreadsheet, save it as "CSV UTF-8", and drop that file.',
    zh: '这是 {kind} 文件，不是 CSV。如果其中是表格，请用表格软件打开，另存为“CSV UTF-8”后发送。',
  },
} as const satisfies Record<string, Sentences>;
