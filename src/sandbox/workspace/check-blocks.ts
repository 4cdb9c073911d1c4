// Block Kit as strictly as Slack reads it: block types, required fields, lengths, counts and ids that must be unique.
import { randomBytes } from 'node:crypto';
import { blockRules, elementTypes } from './block-catalogue.ts';
import { list } from './block-rules.ts';
import { isJson, type Json, toObjects, toText } from './json.ts';
import { Refusal } from './refusal.ts';
import type { Block } from './slack-objects.ts';

export type Surface = 'message' | 'modal' | 'home';

const maxMarkdown = 12_000;

/** Returns the blocks with ids filled in, or throws `invalid_blocks` (in views `invalid_arguments`) naming every fault. */
export function checkBlocks(value: unknown, surface: Surface): Block[] {
  const isMessage = surface === 'message';
  const at = isMessage ? '/blocks' : '/view/blocks';
  if (!Array.isArray(value)) {
    throw new Refusal(isMessage ? 'invalid_blocks_format' : 'invalid_arguments');
  }
  const problems: string[] = [];
  list(blockRules[surface], isMessage ? 50 : 100, isMessage ? 0 : 1)(value, at, problems);
  const blocks = toObjects(value);
  noteRepeatedIds(blocks, at, problems);
  noteLongMarkdown(blocks, at, problems);
  if (problems.length > 0) {
    throw new Refusal(isMessage ? 'invalid_blocks' : 'invalid_arguments', problems);
  }
  return blocks.map(fillIds);
}

function noteRepeatedIds(blocks: Json[], at: string, problems: string[]): void {
  const blockIds = blocks.map((block) => toText(block['block_id']));
  for (const id of repeated(blockIds)) {
    problems.push(`[ERROR] block_id already exists: ${id} [json-pointer:${at}]`);
  }
  for (const [index, block] of blocks.entries()) {
    const actionIds = toObjects(block['elements']).map((element) => toText(element['action_id']));
    for (const id of repeated(actionIds)) {
      problems.push(`[ERROR] action_id already exists: ${id} [json-pointer:${at}/${index}]`);
    }
  }
}

function repeated(ids: string[]): Set<string> {
  return new Set(ids.filter((id, index) => id !== '' && ids.indexOf(id) !== index));
}

function noteLongMarkdown(blocks: Json[], at: string, problems: string[]): void {
  const texts = blocks.filter(({ type }) => type === 'markdown').map(({ text }) => toText(text));
  if (texts.join('').length > maxMarkdown) {
    problems.push(`[ERROR] markdown blocks over ${maxMarkdown} characters [json-pointer:${at}]`);
  }
}

function randomId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}

function fillIds(block: Json): Block {
  const filled: Block = { block_id: randomId(), ...block, type: toText(block['type']) };
  for (const name of ['accessory', 'element']) {
    if (filled[name] !== undefined) filled[name] = fillActionId(filled[name]);
  }
  const { elements } = block;
  if (block['type'] === 'actions' && Array.isArray(elements)) {
    filled['elements'] = elements.map(fillActionId);
  }
  return filled;
}

function fillActionId(element: unknown): unknown {
  if (!isJson(element) || !elementTypes.has(toText(element['type']))) return element;
  return { action_id: randomId(), ...element };
}
