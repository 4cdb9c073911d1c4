// What is dropped in every scenario, and how a row is known again at the model server and in the file.

import { syntheticCsv } from '../../src/sandbox/samples/synthetic-csv.ts';

export function buildTable(rows: number, host: string): string {
  return [...syntheticCsv({ rows, host, pictures: 8 })].join('');
}

/** Small pictures and short answers: every row has weight 1 at the gate, so that rows in flight can be
 *  compared with the budget. Without the cache each row is a question of its own. */
export function buildMessage(): string {
  return [
    'prompt: Describe the {{title}} ({{sku}}) in one sentence.',
    'max_tokens: 120',
    'detail: low',
    'cache: off',
  ].join('\n');
}

export function toSku(row: number): string {
  return `S${String(row).padStart(7, '0')}`;
}

/** The sku in a text that the model was asked; undefined for the bot's own test question. */
export function findSku(rowText: string): string | undefined {
  return /\((S\d{7})\)/u.exec(rowText)?.[1];
}
