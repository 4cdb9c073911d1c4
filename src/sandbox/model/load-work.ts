// What the rows of a simulated load ask of the engine.

import type { Work } from './engine.ts';
import { toOutputTokens } from './output-tokens.ts';
import type { PromptPart } from './prompt-part.ts';
import {
  countImageTokens,
  tokensAroundPicture,
  type AreaBounds,
  type Size,
} from './token-count.ts';

/** What a row asks. */
export interface RowShape {
  /** As the server gets them, in pixels; one of 1024x1024 unless given. */
  readonly pictures?: readonly Size[];
  /** `jpeg` unless given; anything else takes longer to decode. */
  readonly format?: 'jpeg' | 'other';
  /** The row's own text, behind its pictures; 60 unless given. */
  readonly textTokens?: number;
  /** 150 unless given. */
  readonly outputTokens?: number;
  /** How far answers are shorter or longer, as a share from 0 to 1; 0 unless given. */
  readonly outputSpread?: number;
}

export interface Rows extends RowShape {
  readonly rows: number;
  /** What a row, counted from 0, asks otherwise than the others. */
  readonly vary?: (row: number) => RowShape;
  /** Row n has the pictures of row n + distinctRows; every row has its own unless given. */
  readonly distinctRows?: number;
  /** Text before the pictures, equal for all rows; 200 unless given. */
  readonly sharedPrefixTokens?: number;
  /** The server's bounds on a picture's area; the model's own unless given. */
  readonly bounds?: AreaBounds;
}

const usualPictures: readonly Size[] = [{ width: 1024, height: 1024 }];

export function toWork(rows: Rows, row: number): Work {
  const shape = { ...rows, ...rows.vary?.(row) };
  const { pictures = usualPictures, textTokens = 60, outputTokens = 150, outputSpread = 0 } = shape;
  const source = row % (rows.distinctRows ?? Infinity);
  const seen = pictures.map((size, index): PromptPart => ({
    key: `picture ${source}.${index}`,
    tokens: countImageTokens(size, rows.bounds) + tokensAroundPicture,
    picture: { inputPixels: size.width * size.height, format: shape.format ?? 'jpeg' },
  }));
  const shared = { key: 'shared', tokens: rows.sharedPrefixTokens ?? 200 };
  const own = { key: `row ${row}`, tokens: textTokens };
  const length = { tokens: outputTokens, spread: outputSpread };
  const completionTokens = toOutputTokens(length, own.key);
  return { parts: [shared, ...seen, own], completionTokens, extraMs: 0 };
}
