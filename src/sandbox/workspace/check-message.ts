// What Slack accepts as a message: some text or blocks, within its limits.
import { checkBlocks } from './check-blocks.ts';
import { Refusal } from './refusal.ts';
import type { Block } from './slack-objects.ts';

const maxText = 40_000;
const maxUpdateBytes = 4000;
/** The whole rendered text of a message; measured by several people, documented by nobody. */
const maxRenderedText = 13_200;

export interface MessageContent {
  text: string;
  blocks?: Block[];
  attachments?: unknown[];
}

/** Returns the content as Slack keeps it, or throws a Refusal (`no_text`, `invalid_blocks`, `msg_blocks_too_long`). */
export function checkMessage(content: {
  text?: unknown;
  blocks?: unknown;
  attachments?: unknown;
}): MessageContent {
  const text = typeof content.text === 'string' ? content.text : '';
  const attachments = Array.isArray(content.attachments) ? content.attachments : [];
  const blocks = content.blocks === undefined ? [] : checkBlocks(content.blocks, 'message');
  if (text === '' && blocks.length === 0 && attachments.length === 0) throw new Refusal('no_text');
  if (measureText(blocks) > maxRenderedText) throw new Refusal('msg_blocks_too_long');
  return {
    text: text.slice(0, maxText),
    ...(blocks.length > 0 && { blocks }),
    ...(attachments.length > 0 && { attachments }),
  };
}

/** chat.update is stricter about the text than chat.postMessage. */
export function checkUpdateText(text: string | undefined): void {
  if (text !== undefined && Buffer.byteLength(text) > maxUpdateBytes) {
    throw new Refusal('msg_too_long');
  }
}

function measureText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + measureText(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (key === 'text' && typeof item === 'string' ? item.length : measureText(item)),
    0,
  );
}
