// What reading a table has shown, said in Simplified Chinese before the run.

import type { TableWarning } from '../../batch/table.ts';
import { showCode } from '../escape.ts';
import { groupDigits } from './count.ts';

/** Escapes what it takes from the file. */
export function chineseWarning(warning: TableWarning): string {
  switch (warning.kind) {
    case 'scientific-digits':
      return `第 ${warning.line} 行 ${showCode(warning.column)} 列的内容是 ${showCode(warning.value)}：表格软件已截断了数字。如需保留，请先把该列设为文本格式，再重新导出`;
    case 'empty-columns-dropped':
      return `已忽略右侧 ${warning.count} 个空列`;
    case 'encoding':
      return `文件不是 UTF-8 编码，已按 ${showCode(warning.encoding)} 读取`;
    case 'images-cut':
      return `${groupDigits(warning.rows, 'zh-CN')} 行的图片超过 ${warning.limit} 张（${warning.rows === 1 ? '' : '第一处在'}第 ${warning.line} 行），只使用前 ${warning.limit} 张`;
  }
}
