// What can be wrong with one row; its neighbours go on.

import type { Sentences } from './sentence.ts';

export const rowErrors = {
  E_ROW_NO_IMAGE: {
    en: 'The row has no picture. Put an image link into the column "{column}".',
    zh: '该行没有图片，请在“{column}”列填写图片链接。',
  },
  E_ROW_CRASHED_WORKER: {
    en: 'Darkroom itself broke down on this row, {times} times, so it was taken out and the other rows went on. Save its picture anew, as a JPEG, and try the row again from the to-do file; please tell the person who looks after Darkroom the batch and the row.',
    zh: 'Darkroom 在处理该行时自身崩溃了 {times} 次，因此跳过该行，其他行照常处理。请将图片重新另存为 JPEG，再用待办文件重试该行，并把批次号和行号告诉负责维护 Darkroom 的同事。',
  },
  E_ROW_LOST: {
    en: "Darkroom has lost this row's data, through no fault of the file; sorry. Press Retry: the file is read again and the lost rows are worked on.",
    zh: 'Darkroom 丢失了该行的数据，与文件本身无关，非常抱歉。请点击“重试”，系统会重新读取文件并处理丢失的行。',
  },
  E_ROW_COLUMNS: {
    en: 'The row has {found} cells where the header has {expected}. Look for a missing quote or an extra separator.',
    zh: '该行有 {found} 个单元格，而表头有 {expected} 个。请检查是否缺少引号或多了分隔符。',
  },
} as const satisfies Record<string, Sentences>;
