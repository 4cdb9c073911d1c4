// Views (modals and Home) within Slack's limits.
import { checkBlocks } from './check-blocks.ts';
import { Refusal } from './refusal.ts';
import { isJson, type Json, toText } from './json.ts';
import type { Block, View } from './slack-objects.ts';

const maxViewBytes = 250_000;
const maxTitle = 24;

interface CheckedView {
  type: View['type'];
  blocks: Block[];
  callback_id: string;
  external_id: string;
  private_metadata: string;
  [field: string]: unknown;
}

/** Returns the view with Slack's defaults filled in, or throws `invalid_arguments` or `view_too_large`. */
export function checkView(value: unknown): CheckedView {
  const view = toObject(value);
  const type = view['type'];
  if (type !== 'modal' && type !== 'home') throw refuse('/view/type', 'must be modal or home');
  if (Buffer.byteLength(JSON.stringify(view)) > maxViewBytes) throw new Refusal('view_too_large');
  const blocks = checkBlocks(view['blocks'], type);
  if (type === 'modal') checkModalTexts(view, blocks);
  return {
    ...view,
    type,
    blocks,
    callback_id: shortText(view, 'callback_id', 255),
    external_id: shortText(view, 'external_id', 255),
    private_metadata: shortText(view, 'private_metadata', 3000),
  };
}

function checkModalTexts(view: Json, blocks: Block[]): void {
  for (const name of ['title', 'submit', 'close']) {
    const text = view[name];
    if (text === undefined && name !== 'title') continue;
    const plain = toObject(text, `/view/${name}`);
    const { length } = toText(plain['text']);
    if (plain['type'] !== 'plain_text') throw refuse(`/view/${name}`, 'must be plain_text');
    if (length === 0 || length > maxTitle) {
      throw refuse(`/view/${name}/text`, `must be 1 to ${maxTitle} characters`);
    }
  }
  const hasInput = blocks.some((block) => block.type === 'input');
  if (hasInput && view['submit'] === undefined) {
    throw refuse('/view/submit', 'is required when there is an input block');
  }
}

function shortText(view: Json, name: string, max: number): string {
  const value = view[name] ?? '';
  if (typeof value !== 'string' || value.length > max) {
    throw refuse(`/view/${name}`, `must be at most ${max} characters`);
  }
  return value;
}

function toObject(value: unknown, pointer = '/view'): Json {
  if (isJson(value)) return value;
  throw refuse(pointer, 'must be an object');
}

function refuse(pointer: string, reason: string): Refusal {
  return new Refusal('invalid_arguments', [`[ERROR] ${reason} [json-pointer:${pointer}]`]);
}
