// How many tokens a picture and a text take. A picture's count is Qwen3-VL's own rule; a text's is an
// estimate, as no tokenizer is shipped.

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Bounds on a picture's AREA in pixels, as in the model's preprocessor_config.json. */
export interface AreaBounds {
  readonly shortest_edge: number;
  readonly longest_edge: number;
}

const defaultBounds: AreaBounds = { shortest_edge: 65_536, longest_edge: 16_777_216 };

/** Tokens around a picture: <|vision_start|> and <|vision_end|>. */
export const tokensAroundPicture = 2;
/** Tokens around a message: <|im_start|>, the role, a line end, <|im_end|>, a line end. */
export const tokensAroundMessage = 5;
/** Tokens that open the answer: <|im_start|>assistant and a line end. */
export const tokensBeforeAnswer = 3;

const factor = 32;
/** Of English; an estimate. */
export const textBytesPerToken = 4;

/** Tokens of a picture without those around it: `smart_resize` of the transformers library, one token
 *  for each block of 32x32 pixels of the resized picture. */
export function countImageTokens(size: Size, bounds: AreaBounds = defaultBounds): number {
  const rounded = { width: roundToFactor(size.width), height: roundToFactor(size.height) };
  const { width, height } = fitArea(size, rounded, bounds);
  return (width * height) / (factor * factor);
}

function fitArea(size: Size, rounded: Size, bounds: AreaBounds): Size {
  const area = rounded.width * rounded.height;
  if (area > bounds.longest_edge) {
    const beta = Math.sqrt((size.width * size.height) / bounds.longest_edge);
    const shrink = (side: number): number =>
      Math.max(factor, Math.floor(side / beta / factor) * factor);
    return { width: shrink(size.width), height: shrink(size.height) };
  }
  if (area < bounds.shortest_edge) {
    const beta = Math.sqrt(bounds.shortest_edge / (size.width * size.height));
    const grow = (side: number): number => Math.ceil((side * beta) / factor) * factor;
    return { width: grow(size.width), height: grow(size.height) };
  }
  return rounded;
}

/** Rounds halves to even, as Python does. */
function roundToFactor(side: number): number {
  const blocks = side / factor;
  const down = Math.floor(blocks);
  const rest = blocks - down;
  const up = rest > 0.5 || (rest === 0.5 && down % 2 === 1);
  return (up ? down + 1 : down) * factor;
}

export function countTextBytes(text: string): number {
  return Buffer.byteLength(text);
}

export function countTextTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / textBytesPerToken);
}

/** The start of the text that takes at most so many tokens. */
export function cutToTokens(text: string, tokens: number): string {
  if (countTextTokens(text) <= tokens) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > tokens * textBytesPerToken) break;
    end += character.length;
  }
  return text.slice(0, end);
}
