// The columns that a recipe adds to the results: Darkroom's own ones, or those that the person asks for.

import { statusColumns, toFreeName } from './column-names.ts';
import type { Language } from './language.ts';
import type { AskedColumn } from './option-values.ts';
import type { OutputColumn } from './recipe.ts';

const productColumns: Readonly<Record<Language, readonly AskedColumn[]>> = {
  en: [
    { name: 'title', list: false },
    { name: 'selling_points', list: true },
    { name: 'usage_scenarios', list: true },
  ],
  zh: [
    { name: '标题', list: false },
    { name: '卖点', list: true },
    { name: '使用场景', list: true },
  ],
};

const answerColumns: Readonly<Record<Language, readonly AskedColumn[]>> = {
  en: [{ name: 'answer', list: false }],
  zh: [{ name: '回答', list: false }],
};

/** What a prompt is answered with when no columns are asked for. */
export function defaultColumns(
  kind: 'product' | 'answer',
  language: Language,
): readonly AskedColumn[] {
  return kind === 'product' ? productColumns[language] : answerColumns[language];
}

/** Gives every column a header that no input column, status column or other output has. */
export function toOutputs(
  asked: readonly AskedColumn[],
  inputColumns: readonly string[],
): readonly OutputColumn[] {
  const taken: string[] = [...inputColumns, ...statusColumns];
  return asked.map(({ name, list }) => {
    const header = toFreeName(name, taken);
    taken.push(header);
    return { name, header, list };
  });
}
