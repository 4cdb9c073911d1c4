// What was found among dropped pictures, said in Simplified Chinese before the run.

import type { BundleSummary, Examples } from '../../batch/table.ts';
import { showCode } from '../escape.ts';
import { groupDigits } from './count.ts';

const number = (value: number): string => groupDigits(value, 'zh-CN');

function show({ count, names }: Examples): string {
  const shown = names.map((name) => showCode(name)).join('、');
  return count > names.length ? `${shown} 等` : shown;
}

/** Escapes what it takes from the files. */
export function chineseBundle(bundle: BundleSummary, rowCount: number): readonly string[] {
  const { unused, rowsMissing, skipped, nested } = bundle;
  return [
    toFirstLine(bundle, rowCount),
    ...(unused.count > 0 ? [`${number(unused.count)} 张图片没有对应的行：${show(unused)}`] : []),
    ...(rowsMissing > 0 ? [`${number(rowsMissing)} 行所写的图片不存在，将记为失败`] : []),
    ...(skipped.count > 0 ? [`已忽略 ${number(skipped.count)} 个其他文件：${show(skipped)}`] : []),
    ...(nested.count > 0
      ? [`未打开 zip 中的 ${number(nested.count)} 个压缩包：${show(nested)}`]
      : []),
  ];
}

function toFirstLine({ pictures, manifest, grouping }: BundleSummary, rowCount: number): string {
  if (manifest !== undefined) {
    if (pictures === 0) return `数据行来自 zip 中的 ${showCode(manifest)}`;
    return `随附 ${number(pictures)} 张图片，由 ${showCode(manifest)} 指定每行的图片`;
  }
  if (grouping === undefined) return `共 ${number(pictures)} 张图片，每张一行`;
  const reason =
    grouping === 'folders' ? '同一文件夹的图片为一行' : '名称仅末尾序号不同的图片为一行';
  return `共 ${number(pictures)} 张图片，分为 ${number(rowCount)} 行：${reason}。如需每张一行，请加上 \`分组：关\` 重新发送`;
}
