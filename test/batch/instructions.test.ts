import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstructions } from '../../src/batch/instructions.ts';
import { UserError } from '../../src/errors.ts';

function codeOf(text: string): unknown {
  try {
    return parseInstructions(text);
  } catch (error) {
    return error instanceof UserError ? error.fault : error;
  }
}

describe('a message without a prompt', () => {
  it.each(['', '   \n', '<@U0BOT>', '<@U0BOT|darkroom> <!here>'])('%j asks for nothing', (text) => {
    expect(parseInstructions(text)).toEqual({ options: {}, ignoredText: false });
  });

  it.each([
    'hi team: please look',
    'new products for the spring sale',
    'user: Alice',
    'note: the retail price is missing\nRetail: 30',
    'Hello\nprompt: not at the beginning',
    'see <https://example.com/a?b=1|the list>',
  ])('%j is ordinary text, which is not used', (text) => {
    expect(parseInstructions(text)).toEqual({ options: {}, ignoredText: true });
  });
});

describe('a prompt', () => {
  it.each([
    ['prompt: Describe it.', 'Describe it.'],
    ['Prompt：Describe it.', 'Describe it.'],
    ['要求：写标题', '写标题'],
    ['要求: 写标题', '写标题'],
    ['<@U0BOT> PROMPT : Describe it.', 'Describe it.'],
    ['*prompt:* Describe it.', 'Describe it.'],
    ['`prompt: Describe it.`', 'Describe it.'],
    ['prompt: Describe it in `code`', 'Describe it in `code`'],
    ['```prompt: Describe it.\nBriefly.```', 'Describe it.\nBriefly.'],
    ['prompt:\nDescribe it.', 'Describe it.'],
  ])('%j is recognised by its beginning', (text, prompt) => {
    expect(parseInstructions(text)).toEqual({ prompt, options: {}, ignoredText: false });
  });

  it('is recognised by a place, also one in full-width braces', () => {
    expect(parseInstructions('Describe {{name}}').prompt).toBe('Describe {{name}}');
    expect(parseInstructions('介绍｛｛名称｝｝').prompt).toBe('介绍{{名称}}');
  });

  it('is freed of what Slack and keyboards do to it', () => {
    const text =
      'prompt: If a &lt; b &amp;amp; c, say “it’s” to <#C1|shop>, <https://a.example|a.example> and <mailto:x@a.example|x@a.example>\u200B';
    expect(parseInstructions(text).prompt).toBe(
      'If a < b &amp; c, say "it\'s" to #shop, a.example and x@a.example',
    );
  });

  it('keeps its own lines and loses the option lines, wherever they stand', () => {
    const text = 'language: zh\nprompt: Describe it.\ncolumns: mood\nNote: be brief.';
    expect(parseInstructions(text)).toEqual({
      prompt: 'Describe it.\nNote: be brief.',
      options: { language: 'zh', columns: [{ name: 'mood', list: false }] },
      ignoredText: false,
    });
  });

  it('is refused when it is empty or too long', () => {
    expect(codeOf('prompt:  \ndetail: low')).toMatchObject({ code: 'E_TPL_EMPTY' });
    expect(codeOf(`prompt: ${'x'.repeat(8001)}`)).toEqual({
      code: 'E_TPL_TOO_LONG',
      params: { length: 8001, limit: 8000 },
    });
  });
});

describe('options', () => {
  it.each([
    ['max_tokens: 300', { maxTokens: 300 }],
    ['Max tokens： ３００', { maxTokens: 300 }],
    ['temperature: 0', { temperature: 0 }],
    ['temperature: .5', { temperature: 0.5 }],
    ['top_p: "0.9"', { topP: 0.9 }],
    ['detail: High', { detail: 'high' }],
    ['清晰度：低', { detail: 'low' }],
    ['language: English', { language: 'en' }],
    ['语言：中文', { language: 'zh' }],
    ['cache: off', { cache: false }],
    ['Cache: ON', { cache: true }],
    ['缓存：关', { cache: false }],
    ['group: off', { group: false }],
    ['分组：关', { group: false }],
    ['Group: on', { group: true }],
    ['• `use: name, "Main Color"`', { use: ['name', 'Main Color'] }],
    ['使用：名称、材质，颜色', { use: ['名称', '材质', '颜色'] }],
    ['use: none', { use: [] }],
  ])('%j', (text, options) => {
    expect(parseInstructions(text)).toEqual({ options, ignoredText: false });
  });

  it('tell lists from texts by their mark or their name', () => {
    expect(parseInstructions('columns: title, defects[], selling_points').options.columns).toEqual([
      { name: 'title', list: false },
      { name: 'defects', list: true },
      { name: 'selling_points', list: true },
    ]);
    expect(parseInstructions('列：标题、卖点，颜色［］').options.columns).toEqual([
      { name: '标题', list: false },
      { name: '卖点', list: true },
      { name: '颜色', list: true },
    ]);
  });

  it.each([
    ['max_tokens: 0', 'E_OPT_WHOLE_NUMBER', { min: 1, max: 8192, value: '0' }],
    ['max_tokens: 8193', 'E_OPT_WHOLE_NUMBER', {}],
    ['max_tokens: 12.5', 'E_OPT_WHOLE_NUMBER', {}],
    ['max_tokens: 1e3', 'E_OPT_WHOLE_NUMBER', {}],
    ['temperature: hot', 'E_OPT_NUMBER', { option: 'temperature', value: 'hot', min: 0, max: 2 }],
    ['temperature: -1', 'E_OPT_NUMBER', {}],
    ['temperature: 2.1', 'E_OPT_NUMBER', {}],
    ['top_p: 0', 'E_OPT_NUMBER', {}],
    ['detail: ultra', 'E_OPT_CHOICE', { choices: 'low, standard, high', value: 'ultra' }],
    ['language: fr', 'E_OPT_CHOICE', { choices: 'en, zh' }],
    ['cache: never', 'E_OPT_CHOICE', { choices: 'on, off' }],
    ['columns:', 'E_OPT_EMPTY', { option: 'columns' }],
    ['columns: , ，', 'E_OPT_EMPTY', { option: 'columns' }],
    ['columns: {"title": "string"}', 'E_SCHEMA_INVALID', { name: '{"title": "string"}' }],
    [`columns: ${'x'.repeat(65)}`, 'E_SCHEMA_INVALID', { limit: 64 }],
    ['columns: a, b, A', 'E_SCHEMA_DUPLICATE', { name: 'A' }],
    [
      `columns: ${Array.from({ length: 21 }, (_, index) => `c${index}`).join(',')}`,
      'E_SCHEMA_TOO_LARGE',
      { count: 21, limit: 20 },
    ],
    ['promt: Describe it.', 'E_OPT_UNKNOWN', { option: 'promt', nearest: 'prompt' }],
    ['colums: title', 'E_OPT_UNKNOWN', { option: 'colums', nearest: 'columns' }],
    ['top_k: 5', 'E_OPT_UNKNOWN', { nearest: 'top_p' }],
    ['prompt: Describe it.\ntemprature: 0.1', 'E_OPT_UNKNOWN', { nearest: 'temperature' }],
  ])('%j is refused', (text, code, params) => {
    expect(codeOf(text)).toMatchObject({ code, params });
  });

  it('count the last time they are given', () => {
    expect(parseInstructions('detail: low\ndetail: high').options).toEqual({ detail: 'high' });
  });
});

describe('any text at all', () => {
  it('is read or refused with a registered error', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'prompt:',
        'columns：',
        'use: ',
        '{{',
        '｝｝',
        '<@U1>',
        '&lt;',
        '\n',
        '[]',
        '"',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const result = codeOf(pieces.join(''));
        expect(result).not.toBeInstanceOf(Error);
      }),
    );
  });

  it.each(['columns: a', 'prompt: a', 'a', ''])('after %j may be long and blank', (start) => {
    const text = `${start}${' '.repeat(200_000)}x${'_'.repeat(200_000)}\n`;
    expect(() => codeOf(text)).not.toThrow();
  });
});
