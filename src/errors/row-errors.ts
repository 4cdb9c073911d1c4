// What can be wrong with one row; its neighbours go on.

import type { Sentences } from './sentence.ts';

export const rowErrors = {
  E_ROW_NO_IMAGE: {
    en: 'The row has no picture. Put an image link into the column "{column}".',
    zh: '该行没有图片，请在“{column}”列填写图片链接。',
  },
  E_ROW_COLUMNS: {
    en: 'The row has {found} cells where the header has {expected}. Look for a missing quote or an extra separator.',
    zh: '该行有 {found} 个单元格，而表头有 {expected} 个。请检查是否缺少引号或多了分隔符。',
  },
} as const satisfies Record<string, Sentences>;
