// A table to start from, for tests of what is said about its columns.

import type { Table } from '../../src/batch/table.ts';

export const shoeTable: Table = {
  columns: ['sku', 'name', 'Main Color', 'image_url', 'product_url'],
  imageColumns: [3],
  delimiter: ',',
  encoding: 'utf-8',
  chinese: false,
};
