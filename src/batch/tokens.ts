// Token arithmetic: what a picture and a text cost the model, and the weight that follows from it.
// One token of a Qwen3-VL picture is a block of 32x32 pixels.

import { largestWeight } from './budget.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const blockSide = 32;
const blockArea = blockSide * blockSide;

/** Areas in pixels between which the model server's own image processor brings every picture. */
const processorMinArea = 65_536;
const processorMaxArea = 16_777_216;

/**
 * The size to shrink a picture to: sides in multiples of 32, area within `pixelBudget` (at least
 * 1,024 pixels). A picture within the budget is only rounded to the next block, never enlarged.
 * The rule is `smart_resize` of
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/qwen2_vl/image_processing_qwen2_vl.py
 */
export function toTargetSize(size: Size, pixelBudget: number): Size {
  const rounded = { width: roundToBlock(size.width), height: roundToBlock(size.height) };
  if (areaOf(rounded) <= pixelBudget) return rounded;
  const ratio = Math.max(1, Math.sqrt(areaOf(size) / pixelBudget));
  const shrunk = {
    width: floorToBlock(size.width / ratio),
    height: floorToBlock(size.height / ratio),
  };
  return cutToArea(shrunk, pixelBudget);
}

/**
 * Tokens that the model reads for a picture sent in this size, without the two that frame it. The
 * server enlarges what is smaller than 65,536 pixels and shrinks what is larger than 16,777,216.
 */
export function toImageTokens(size: Size): number {
  const target = toTargetSize(size, processorMaxArea);
  if (areaOf(target) >= processorMinArea) return areaOf(target) / blockArea;
  const scale = Math.sqrt(processorMinArea / areaOf(size));
  return Math.ceil((size.width * scale) / blockSide) * Math.ceil((size.height * scale) / blockSide);
}

/**
 * Tokens of a text, estimated from above for planning: Qwen's tokenizer takes each digit by itself,
 * about one token for a Chinese character or another sign, and one for 3.5 Latin letters.
 */
export function estimateTextTokens(text: string): number {
  let whole = 0;
  let letters = 0;
  for (const character of text) {
    if (character >= '\u0080' || (character >= '0' && character <= '9')) whole += 1;
    else letters += 1;
  }
  return whole + Math.ceil(letters / 3.5);
}

/** What a request of so many tokens takes of the gate's budget: 1 to 8. */
export function toWeight(tokens: number): number {
  return Math.min(largestWeight, Math.max(1, Math.ceil(tokens / 1024)));
}

function areaOf({ width, height }: Size): number {
  return width * height;
}

/** To the nearest block, and from the middle to the even one, as Python's `round` does. */
function roundToBlock(pixels: number): number {
  const blocks = pixels / blockSide;
  const below = Math.floor(blocks);
  const isMiddle = blocks - below === 0.5;
  const rounded = isMiddle ? below + (below % 2) : Math.round(blocks);
  return Math.max(1, rounded) * blockSide;
}

function floorToBlock(pixels: number): number {
  return Math.max(1, Math.floor(pixels / blockSide)) * blockSide;
}

/** A strip thinner than a block is widened to one, which can take it over the budget again. */
function cutToArea({ width, height }: Size, pixelBudget: number): Size {
  return {
    width: Math.min(width, floorToBlock(pixelBudget / height)),
    height: Math.min(height, floorToBlock(pixelBudget / width)),
  };
}
