// Finds the button or menu that a person presses, in the blocks as they stand now.
import { type Json, toObjects } from './json.ts';
import type { Block } from './slack-objects.ts';

export interface FoundElement {
  blockId: string;
  element: Json;
  /** What the interaction payload says about it. */
  action: Json;
}

/** Finds an element by action id, and by its value (or one of its options) when one is given; undefined if it is not there. */
export function findElement(
  blocks: Block[],
  actionId: string,
  value?: string,
): FoundElement | undefined {
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      if (element['action_id'] !== actionId) continue;
      const choice = toChoice(element, value);
      if (!choice) continue;
      const blockId = block.block_id ?? '';
      const { type } = element;
      const action = { type, action_id: actionId, block_id: blockId, ...choice };
      return { blockId, element, action };
    }
    const inner = findElement(innerBlocks(block), actionId, value);
    if (inner) return inner;
  }
  return undefined;
}

function elementsOf(block: Block): Json[] {
  return [...toObjects(block['elements']), ...toObjects([block['accessory'], block['element']])];
}

function innerBlocks(block: Block): Block[] {
  const inner = block['child_blocks'] ?? block['blocks'];
  return Array.isArray(inner) ? inner : [];
}

function toChoice(element: Json, value: string | undefined): Json | undefined {
  if (element['type'] === 'button') {
    if (value !== undefined && element['value'] !== value) return undefined;
    const { text, style } = element;
    return {
      text,
      ...(element['value'] !== undefined && { value: element['value'] }),
      ...(style !== undefined && { style }),
    };
  }
  const option = allOptions(element).find((one) => one['value'] === value);
  return option && { selected_option: option, placeholder: element['placeholder'] };
}

function allOptions(element: Json): Json[] {
  const groups = toObjects(element['option_groups']);
  return [element, ...groups].flatMap(({ options }) => toObjects(options));
}
