// What a message asks for: a prompt, option lines such as `columns: title, tags`, or neither.
// The text is the prompt only when it begins with `prompt:` (要求：) or holds a {{column}}.

import { fail } from '../errors.ts';
import { nearest } from './nearest.ts';
import { type OptionName, parseOption, type RecipeOptions } from './option-values.ts';
import { toPlainText } from './plain-text.ts';

/** Characters in a prompt. */
const maxPromptLength = 8000;

export interface Instructions {
  /** The prompt or template that the person wrote, without the option lines. */
  readonly prompt?: string;
  readonly options: RecipeOptions;
  /** True when the message has text that is neither a prompt nor an option; the person is told. */
  readonly ignoredText: boolean;
}

const optionKeys: ReadonlyMap<string, OptionName> = new Map<string, OptionName>([
  ['columns', 'columns'],
  ['column', 'columns'],
  ['列', 'columns'],
  ['输出列', 'columns'],
  ['max_tokens', 'max_tokens'],
  ['最大长度', 'max_tokens'],
  ['temperature', 'temperature'],
  ['温度', 'temperature'],
  ['top_p', 'top_p'],
  ['detail', 'detail'],
  ['精细度', 'detail'],
  ['清晰度', 'detail'],
  ['language', 'language'],
  ['语言', 'language'],
  ['cache', 'cache'],
  ['缓存', 'cache'],
  ['group', 'group'],
  ['分组', 'group'],
  ['use', 'use'],
  ['使用', 'use'],
]);

/** Keys long enough to recognise a misspelt one: `user:` is no `use:`. */
const spellable = ['prompt', ...optionKeys.keys()].filter((key) => /^[a-z_]{5,}$/.test(key));

/** A line's start, which may be marked as a list item, a quotation, bold or code. */
const lineStart = '^[\\s>*_~`•-]*';
const keyEnd = '[*_~`]*\\s*[:：][*_~`]*\\s*';
const keyLine = new RegExp(`${lineStart}(\\p{L}[\\p{L}\\p{N} _-]{0,30}?)${keyEnd}(.*)$`, 'u');
/** Looks back first, which keeps a long run of blanks inside a line from costing its square. */
const lineEnd = /(?<![\s*~`])[\s*~`]+$/u;
/** People copy `prompt:` from Darkroom's messages together with its code marks. */
const wholeCode = /^`([^`]+)`$/u;
const promptStart = new RegExp(`${lineStart}(?:prompt|要求|提示词)${keyEnd}`, 'iu');

/**
 * Reads the raw text of a Slack message. Of an option that is given twice the last one counts.
 * Throws UserError for a misspelt option, a value out of range, an empty or too long prompt.
 */
export function parseInstructions(text: string): Instructions {
  let options: RecipeOptions = {};
  const others: string[] = [];
  for (const line of toPlainText(text).split('\n')) {
    const option = readOption(line);
    if (option === undefined) others.push(line);
    else options = { ...options, ...option };
  }
  const rest = others.join('\n').trim().replace(wholeCode, '$1');
  const begins = promptStart.test(rest);
  if (!begins && !rest.includes('{{')) return { options, ignoredText: rest !== '' };
  const prompt = checkPrompt(rest.replace(promptStart, '').trim());
  return { prompt, options, ignoredText: false };
}

function readOption(line: string): RecipeOptions | undefined {
  const [, key, value] = keyLine.exec(line) ?? [];
  if (key === undefined || value === undefined) return undefined;
  const word = key
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replaceAll(/[\s-]+/g, '_');
  const option = optionKeys.get(word);
  if (option !== undefined) return parseOption(option, value.replace(lineEnd, ''));
  const meant = word === 'prompt' ? undefined : nearest(word, spellable);
  // A typing error hardly ever hits the first letter, but "retail" is one letter from "detail".
  if (meant !== undefined && meant[0] === word[0]) {
    fail('E_OPT_UNKNOWN', { option: key.trim(), nearest: meant });
  }
  return undefined;
}

function checkPrompt(prompt: string): string {
  if (prompt === '') fail('E_TPL_EMPTY', {});
  const { length } = prompt;
  if (length > maxPromptLength) fail('E_TPL_TOO_LONG', { length, limit: maxPromptLength });
  return prompt;
}
