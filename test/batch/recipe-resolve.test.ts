import { describe, expect, it } from 'vitest';
import { parseInstructions } from '../../src/batch/instructions.ts';
import { describeContext, resolveRecipe } from '../../src/batch/recipe-resolve.ts';
import type { Recipe } from '../../src/batch/recipe.ts';
import type { Table } from '../../src/batch/table.ts';
import { UserError } from '../../src/errors.ts';
import { shoeTable } from './tables.ts';

function resolve(text: string, table: Table = shoeTable): Recipe {
  return resolveRecipe(parseInstructions(text), table);
}

function faultOf(text: string, table: Table = shoeTable): unknown {
  try {
    return resolve(text, table);
  } catch (error) {
    return error instanceof UserError ? error.fault : error;
  }
}

function namesOf(recipe: Recipe): readonly string[] {
  return recipe.outputs.map(({ name }) => name);
}

function namesFor(text: string): readonly string[] {
  return describeContext(resolve(text), shoeTable);
}

describe('the default recipe', () => {
  it('writes title, selling points and usage scenarios with the documented settings', () => {
    expect(resolve('')).toMatchObject({
      kind: 'default',
      outputs: [
        { name: 'title', header: 'title', list: false },
        { name: 'selling_points', header: 'selling_points', list: true },
        { name: 'usage_scenarios', header: 'usage_scenarios', list: true },
      ],
      sampling: { maxTokens: 512, temperature: 0.3, topP: 0.9 },
      detail: 'standard',
      language: 'en',
    });
  });

  it('speaks Chinese for a Chinese table, unless told otherwise', () => {
    const table = { ...shoeTable, chinese: true };
    expect(namesOf(resolve('', table))).toEqual(['标题', '卖点', '使用场景']);
    expect(resolve('', table).prompt).toContain('网店');
    expect(namesOf(resolve('language: en', table))).toEqual(namesOf(resolve('')));
  });

  it('takes other columns and settings', () => {
    const recipe = resolve(
      'columns: title, tags\nmax_tokens: 99\ntemperature: 0\ntop_p: 1\ndetail: low',
    );
    expect(namesOf(recipe)).toEqual(['title', 'tags']);
    expect(recipe.sampling).toEqual({ maxTokens: 99, temperature: 0, topP: 1 });
    expect(recipe.detail).toBe('low');
  });

  it('lets answers that are there be used, unless told otherwise', () => {
    expect(resolve('cache: off').cache).toBe(false);
    expect(resolve('cache: on')).toEqual(resolve(''));
    expect(resolve('').cache).not.toBe(false);
  });
});

describe('a prompt of one’s own', () => {
  it('is answered in one column unless others are asked for', () => {
    expect(namesOf(resolve('prompt: Is there a logo?'))).toEqual(['answer']);
    expect(namesOf(resolve('要求：有没有商标？'))).toEqual(['回答']);
    expect(namesOf(resolve('prompt: Is there a logo?\ncolumns: logo'))).toEqual(['logo']);
  });

  it('in a column of the table is answered in one column too', () => {
    const table = { ...shoeTable, columns: [...shoeTable.columns, 'prompt'], promptColumn: 5 };
    const recipe = resolve('', table);
    expect(namesOf(recipe)).toEqual(['answer']);
    expect(recipe.contextColumns).not.toContain(5);
  });

  it('is a template when it names a column', () => {
    expect(resolve('prompt: Describe it.').kind).toBe('system');
    expect(resolve('Describe the {{name}}.').kind).toBe('template');
  });

  it('finds columns whatever their case and spaces', () => {
    const recipe = resolve('Say {{ main_color }} and {{NAME}}.');
    expect(describeContext(recipe, shoeTable)).toEqual(['name', 'Main Color']);
  });

  it('may show JSON', () => {
    expect(resolve('prompt: Answer {"a": {"b": 1}}').kind).toBe('system');
  });

  it.each([
    ['{{colour}}', 'E_TPL_UNKNOWN_COLUMN', { name: 'colour' }],
    ['{{__proto__}}', 'E_TPL_UNKNOWN_COLUMN', { name: '__proto__' }],
    ['{{constructor}}', 'E_TPL_UNKNOWN_COLUMN', { name: 'constructor' }],
    ['Say {{name', 'E_TPL_SYNTAX', { position: 5, excerpt: '{{name' }],
    ['{{name}} {{ {{sku}} }}', 'E_TPL_SYNTAX', { position: 10 }],
    ['{{}}', 'E_TPL_EXPRESSION', { place: '{{}}' }],
    ['{{#if name}}x{{/if}}', 'E_TPL_EXPRESSION', { place: '{{#if name}}' }],
    ['{{name | upper}}', 'E_TPL_EXPRESSION', { place: '{{name | upper}}' }],
    ['{{lower(name)}}', 'E_TPL_EXPRESSION', {}],
    ['{{> part}}', 'E_TPL_EXPRESSION', {}],
  ])('is refused with %j', (text, code, params) => {
    expect(faultOf(text)).toMatchObject({ code, params });
  });

  it('names the most similar columns first when one is unknown', () => {
    expect(faultOf('{{nmae}} and more')).toMatchObject({
      params: { columns: expect.stringMatching(/^name, sku, .*product_url$/) },
    });
  });

  it('is answered with a short sentence, however long the mistake is', () => {
    const long = 'x'.repeat(5000);
    const columns = Array.from(
      { length: 200 },
      (_, index) => `${index} ${'long header '.repeat(10)}`,
    );
    const table = { ...shoeTable, columns };
    for (const text of [`{{${long}}}`, `use: ${long}`, `detail: ${long}`, `top_p: ${long}`]) {
      expect(JSON.stringify(faultOf(text, table)).length).toBeLessThan(3000);
    }
  });

  it('may name a column that looks like an expression', () => {
    const table = { ...shoeTable, columns: ['Price (USD)', ...shoeTable.columns.slice(1)] };
    expect(resolve('About {{Price (USD)}}', table).kind).toBe('template');
  });
});

describe('the columns that follow the picture', () => {
  it('are all but pictures and links', () => {
    expect(namesFor('')).toEqual(['sku', 'name', 'Main Color']);
    expect(namesFor('prompt: Describe it.')).toEqual(['sku', 'name', 'Main Color']);
  });

  it('are those that are picked', () => {
    expect(namesFor('use: main color, name')).toEqual(['name', 'Main Color']);
    expect(namesFor('use: none')).toEqual([]);
    expect(resolve('use: main color, name').contextColumns).toEqual([2, 1]);
  });

  it('are only those in the template where it names some, and those picked beside', () => {
    expect(resolve('Describe {{name}}').contextColumns).toEqual([]);
    expect(namesFor('Describe {{name}}\nuse: sku')).toEqual(['sku', 'name']);
  });

  it('are all where a template names the picture alone', () => {
    expect(namesFor('Describe {{image_url}}')).toEqual(['sku', 'name', 'Main Color']);
  });

  it('must exist', () => {
    expect(faultOf('use: material')).toMatchObject({
      code: 'E_OPT_UNKNOWN_COLUMN',
      params: { name: 'material' },
    });
  });
});

describe('output headers', () => {
  it('step aside for the input’s columns and for the status columns', () => {
    const table = { ...shoeTable, columns: ['Title', 'title_2', 'a', 'image_url', 'b'] };
    const headers = resolve('columns: title, status, Error, new', table).outputs.map(
      ({ header }) => header,
    );
    expect(headers).toEqual(['title_3', 'status_2', 'Error_2', 'new']);
  });

  it('leave the names in the model’s answer as asked', () => {
    const table = { ...shoeTable, columns: ['title', ...shoeTable.columns.slice(1)] };
    expect(resolve('', table).outputs[0]).toEqual({
      name: 'title',
      header: 'title_2',
      list: false,
    });
  });
});
