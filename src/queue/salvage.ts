// What is still good of a chunk that may be damaged: its rows, all or none, and each of its outcomes.

import { z } from 'zod';
import { rowsPerChunk, type Outcome, type Row } from '../batch/row.ts';
import { unpackStored, type StoredChunk } from './stored-chunk.ts';

export interface Place {
  /** The index of its first row. */
  readonly first: number;
  /** The rows that it should have. */
  readonly size: number;
}

const like = <T>(shape: z.ZodType): z.ZodType<T> =>
  z.custom<T>((value) => shape.safeParse(value).success);

const row = like<Row>(z.looseObject({ index: z.number(), cells: z.array(z.string()) }));
const outcome = like<Outcome>(
  z.union([
    z.looseObject({ status: z.literal('done'), fields: z.array(z.string()) }),
    z.looseObject({ status: z.literal('failed'), fault: z.looseObject({ code: z.string() }) }),
  ]),
);

/** Undefined where they are not there, or not the right ones. */
export async function salvageRows(
  { rows }: StoredChunk,
  { first, size }: Place,
): Promise<readonly Row[] | undefined> {
  const found = z
    .array(row)
    .length(size)
    .safeParse(await tryUnpack(rows)).data;
  return found?.every(({ index }, at) => index === first + at) === true ? found : undefined;
}

/** By position, and the fields that hold none although they should. */
export async function salvageOutcomes(
  { sealed, open }: StoredChunk,
  chunk: number,
  size: number,
): Promise<{
  readonly outcomes: readonly (Outcome | undefined)[];
  readonly useless: readonly string[];
}> {
  const whole = z
    .array(outcome)
    .length(size)
    .safeParse(await tryUnpack(sealed)).data;
  if (whole !== undefined) return { outcomes: whole, useless: [] };
  const outcomes = open.slice(0, size).map(tryParse);
  const useless = outcomes.flatMap((found, position) =>
    found === undefined && open[position] !== null ? [`${chunk * rowsPerChunk + position}`] : [],
  );
  return { outcomes, useless: sealed === null ? useless : [`c${chunk}`, ...useless] };
}

function tryParse(text: string | null): Outcome | undefined {
  try {
    return outcome.safeParse(JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined;
  }
}

async function tryUnpack(packed: Buffer | null): Promise<unknown> {
  try {
    return packed === null ? undefined : await unpackStored<unknown>(packed);
  } catch {
    return undefined;
  }
}
