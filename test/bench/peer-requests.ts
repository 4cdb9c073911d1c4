// What the peers send: the request that Darkroom sends for a row, with a picture that is prepared already,
// or with its link.

import { buildPrompt, type Prompt } from '../../src/batch/prompt.ts';
import { resolveRecipe } from '../../src/batch/recipe-resolve.ts';
import type { PreparedImage } from '../../src/batch/completion.ts';
import type { Table } from '../../src/batch/table.ts';
import { buildChatBody } from '../../src/vllm/chat-body.ts';
import { countTextTokens } from '../../src/sandbox/model/token-count.ts';
import { tableColumns, toCells, type TableOptions } from './bench-table.ts';

const table: Table = {
  columns: tableColumns,
  imageColumns: [tableColumns.indexOf('image_url')],
  delimiter: ',',
  encoding: 'utf-8',
  chinese: false,
};
const recipe = resolveRecipe({ options: {}, ignoredText: false }, table);

/** What a row's answer is read into. */
export const peerOutputs = recipe.outputs;

export type SentPicture = Pick<PreparedImage, 'bytes' | 'hash'> | { readonly link: string };

/** Tokens of a request's texts, as the simulated server counts them: the one that all rows share, and a row's. */
export function countPeerTokens(): { readonly shared: number; readonly own: number } {
  const { system, text } = toPrompt(1, () => '');
  return { shared: countTextTokens(system), own: countTextTokens(text) };
}

function toPrompt(number: number, urlOf: TableOptions['urlOf']): Prompt {
  const row = { index: number, line: number + 2, cells: toCells(number, urlOf), images: [] };
  const prompt = buildPrompt({ recipe, table, row });
  if ('code' in prompt) throw new Error(`the benchmark's own prompt is refused: ${prompt.code}`);
  return prompt;
}

interface Product {
  /** Of the benchmark's table (bench-table.ts). */
  readonly number: number;
  readonly model: string;
  readonly urlOf: TableOptions['urlOf'];
}

/** The body of the request for a product. */
export function toPeerBody(product: Product, picture: SentPicture): string {
  return JSON.stringify(toPeerRequest(product, picture));
}

/** The same for clients that make the JSON themselves. */
export function toPeerRequest({ number, model, urlOf }: Product, picture: SentPicture): object {
  const { outputs, sampling } = recipe;
  const request = { ...toPrompt(number, urlOf), images: [], outputs, sampling };
  if (!('link' in picture)) return buildChatBody(model, { ...request, images: [picture] });
  return withLink(buildChatBody(model, request), picture.link);
}

function withLink(body: object, link: string): object {
  const { messages = [], ...others }: { messages?: { role: string; content: unknown }[] } = body;
  const image = { type: 'image_url', image_url: { url: link } };
  return {
    ...others,
    messages: messages.map(({ role, content }) =>
      Array.isArray(content) ? { role, content: [image, ...content] } : { role, content },
    ),
  };
}
