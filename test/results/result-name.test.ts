import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toResultStem, toTodoName } from '../../src/results/result-name.ts';

describe('the name of a results file', () => {
  it.each([
    ['products.csv', 'products'],
    ['春季新品.CSV', '春季新品'],
    ['spring v1.2.csv', 'spring v1.2'],
    ['no extension', 'no extension'],
    ['../../etc/passwd.csv', 'etc_passwd'],
    ['C:\\shop\\list.csv', 'C_shop_list'],
    ['.hidden.csv', 'hidden'],
    ['list\u202Evsc.csv', 'listvsc'],
    ['con.csv', 'con_'],
    ['', 'batch'],
    ['.csv', 'batch'],
    ['..', 'batch'],
    [`${'长'.repeat(200)}.csv`, '长'.repeat(40)],
  ])('after %j begins with %j', (name, stem) => {
    expect(toResultStem(name)).toBe(stem);
  });

  it('stays the same for a to-do file that is dropped again', () => {
    expect(toTodoName(toResultStem('products.csv'))).toBe('products.todo.csv');
    expect(toTodoName(toResultStem('products.todo.csv'))).toBe('products.todo.csv');
  });

  it('is one plain name on any disk', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const stem = toResultStem(name);
        expect(stem).not.toMatch(/[\\/:*?"<>|\p{Cc}]|^\.|^$/u);
        expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(121);
      }),
    );
  });
});
