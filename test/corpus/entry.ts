// What an entry of the corpus of bad input is: a way to put it in at the door that people use, and what
// must come out there.

import { type Fault, UserError } from '../../src/errors.ts';

/** Who or what carries the answer. */
export type Place =
  /** The whole file is refused in its thread. */
  | 'file'
  /** One row fails, its neighbours go on. */
  | 'row'
  /** The message with the file is answered, and nothing is read. */
  | 'message'
  /** The person who typed a command. */
  | 'command'
  /** Whoever installs Darkroom, at its start. */
  | 'start'
  /** Nobody: the input is taken. */
  | 'nowhere';

/** A fault, or in a few words what was made of the input. */
export type Outcome = Fault | string;

interface Named {
  /** As the list of bad inputs numbers it: a letter for the area, and a number. Several may share one. */
  readonly id: string;
  readonly input: string;
}

export interface TriedEntry extends Named {
  readonly place: Place;
  /** A code, or the few words. */
  readonly expected: string;
  readonly run: () => Outcome | Promise<Outcome>;
}

/** An input that Darkroom has no door for. */
export interface SettledEntry extends Named {
  /** Why it has none. */
  readonly settled: string;
}

export type Entry = TriedEntry | SettledEntry;

/** `[id, input, expected, run]`, as the tables of each area are written. */
export type Line = readonly [string, string, string, TriedEntry['run']];

/** The lines of one place, as entries. */
export function toEntries(place: Place, lines: readonly Line[]): readonly TriedEntry[] {
  return lines.map(([id, input, expected, run]) => ({ id, input, place, expected, run }));
}

/** What `use` makes of its input, or the fault that it throws. */
export async function outcomeOf(use: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof UserError) return error.fault;
    throw error;
  }
}
