import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstructions } from '../../src/batch/instructions.ts';
import { buildPrompt, type Prompt } from '../../src/batch/prompt.ts';
import { resolveRecipe } from '../../src/batch/recipe-resolve.ts';
import type { Row } from '../../src/batch/row.ts';
import type { Table } from '../../src/batch/table.ts';
import { shoeTable } from './tables.ts';

const shoe: Row = {
  index: 0,
  line: 2,
  cells: ['A-1', 'Canvas shoe', 'red', 'https://cdn.example/a.jpg', 'https://shop.example/a'],
  images: ['https://cdn.example/a.jpg'],
};
const promptTable: Table = {
  ...shoeTable,
  columns: [...shoeTable.columns, 'prompt'],
  promptColumn: 5,
};

function build(message: string, row: Partial<Row> = {}, table: Table = shoeTable): Prompt {
  const recipe = resolveRecipe(parseInstructions(message), table);
  const prompt = buildPrompt({ recipe, table, row: { ...shoe, ...row } });
  if ('code' in prompt) throw new Error(prompt.code);
  return prompt;
}

function withCells(...cells: string[]): Partial<Row> {
  return { cells };
}

describe('the system text', () => {
  it('of the default recipe names task, rules, language and fields', () => {
    const { system } = build('');
    expect(system).toContain('online shop');
    expect(system).toContain('Do not guess brand');
    expect(system).toContain('Write in English.');
    expect(system).toMatch(/- "title": the title .* at most 60 characters/u);
    expect(system).toMatch(/- "selling_points": a list of 3 to 5 /u);
    expect(system).toMatch(/- "usage_scenarios": a list of 2 to 4 /u);
  });

  it('of the default recipe is Chinese for a Chinese table', () => {
    const { system, text } = build('', {}, { ...shoeTable, chinese: true });
    expect(system).toContain('请用简体中文书写。');
    expect(system).toMatch(/- "卖点"：由 3 到 5 个/u);
    expect(text).toContain('name: Canvas shoe');
    expect(`${system}${text}`).not.toContain('Write in');
  });

  it('can be Chinese while the answers are English field names', () => {
    expect(build('language: zh\ncolumns: title').system).toContain('- "title"：商品标题');
  });

  it('of a prompt of one’s own begins with it, and leaves the language to it', () => {
    const { system } = build('prompt: Describe the mood in French.\ncolumns: mood, words[]');
    expect(system.startsWith('Describe the mood in French.\n')).toBe(true);
    expect(system).toContain('unless the task asks for another language');
    expect(system).toContain('- "mood": a text');
    expect(system).toContain('- "words": a list');
    expect(system).not.toContain('online shop');
  });

  it('is the same to the byte for every row of a batch', () => {
    const cell = fc.string({ unit: 'binary', maxLength: 50 });
    const rowLike = fc.record({
      cells: fc.array(cell, { minLength: 6, maxLength: 6 }),
      prompt: cell,
      index: fc.nat(),
    });
    const message = fc.constantFrom('', 'prompt: Describe it.', 'Describe {{name}}.');
    fc.assert(
      fc.property(message, rowLike, rowLike, (text, one, other) => {
        const { system } = build(text, one, promptTable);
        expect(build(text, other, promptTable).system).toBe(system);
      }),
    );
  });
});

describe('the row’s own text', () => {
  it('is its values, a line each, without links, then the reminder', () => {
    const lines = build('').text.split('\n');
    expect(lines.slice(0, 4)).toEqual(['sku: A-1', 'name: Canvas shoe', 'Main Color: red', '']);
    expect(lines).toHaveLength(5);
  });

  it('leaves out blank cells, links under any header, and columns that were not picked', () => {
    const row = withCells('', 'Canvas shoe', 'https://shop.example/?token=1', '', '');
    expect(build('', row).text).toMatch(/^name: Canvas shoe\n\n/u);
    expect(build('use: main color').text).toMatch(/^Main Color: red\n\n/u);
  });

  it('is the reminder alone where a row has nothing to say', () => {
    expect(build('use: none').text).toBe(build('', withCells('', '', '', '', '')).text);
  });

  it('is the rendered template, with a word for the picture', () => {
    const { system, text } = build(
      'Describe {{image_url}}, a {{MAIN COLOR}} {{name}}.\ndetail: low',
    );
    expect(text).toMatch(/^Describe the picture, a red Canvas shoe\.\n\n/u);
    expect(system).not.toContain('Describe');
  });

  it('never renders what a value holds', () => {
    const row = withCells('A-1', '{{sku}} $& $1', '{{name}}', '', '');
    expect(build('{{name}}/{{Main Color}}', row).text).toMatch(
      /^\{\{sku\}\} \$& \$1\/\{\{name\}\}\n/u,
    );
  });

  it('keeps a value on its line and takes out what cannot be seen', () => {
    const row = withCells('A-1\nname: forged', '\u202Eabc\u200B\u{E0041}', '', '', '');
    expect(build('', row).text).toMatch(/^sku: A-1 name: forged\nname: abc\n\n/u);
  });

  it('cuts a value at 2 kB without splitting a character', () => {
    const [line = ''] = build('use: name', withCells('', '字'.repeat(3000), '', '', '')).text.split(
      '\n',
    );
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual('name: '.length + 2048);
    expect(line).toMatch(/^name: 字{600,}…$/u);
  });

  it('begins with the row’s own prompt, which replaces a template', () => {
    const row = { prompt: ' Count the {{laces}}.\u200B ' };
    expect(build('', row, promptTable).text).toMatch(
      /^Task: Count the \{\{laces\}\}\.\n\nsku: A-1\n/u,
    );
    expect(build('', row, promptTable).system).toContain('begins with "Task:"');
    expect(build('About {{name}}', row, promptTable).text).not.toContain('About');
    expect(build('').system).not.toContain('Task:');
  });
});

describe('a prompt that is too long', () => {
  it('fails its row with the estimate and the limit', () => {
    const recipe = resolveRecipe(parseInstructions('{{name}}{{name}}{{name}}'), shoeTable);
    const row: Row = { ...shoe, cells: ['', '1'.repeat(2048), '', '', ''] };
    expect(buildPrompt({ recipe, table: shoeTable, row })).toMatchObject({
      code: 'E_PROMPT_TOO_LONG',
      params: { limit: 6000 },
    });
    expect(buildPrompt({ recipe, table: shoeTable, row, tokenLimit: 8000 })).toHaveProperty('text');
  });
});
