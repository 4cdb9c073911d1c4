// What can go wrong in a way that a person is told about: the registry of codes, and the error that
// carries one. Everything else that is thrown is a bug or an outage and never reaches a person as text.

import type { Language } from './batch/language.ts';
import { bundleErrors } from './errors/bundle-errors.ts';
import { commandErrors } from './errors/command-errors.ts';
import { csvErrors } from './errors/csv-errors.ts';
import { engineErrors } from './errors/engine-errors.ts';
import { fileErrors } from './errors/file-errors.ts';
import { imageErrors } from './errors/image-errors.ts';
import { modelErrors } from './errors/model-errors.ts';
import { permissionErrors } from './errors/permission-errors.ts';
import { recipeErrors } from './errors/recipe-errors.ts';
import { rowErrors } from './errors/row-errors.ts';
import { fillPlaces, type Params, type PlacesOf } from './errors/sentence.ts';
import { urlErrors } from './errors/url-errors.ts';

export const errorRegistry = {
  ...fileErrors,
  ...csvErrors,
  ...recipeErrors,
  ...rowErrors,
  ...bundleErrors,
  ...urlErrors,
  ...imageErrors,
  ...modelErrors,
  ...commandErrors,
  ...engineErrors,
  ...permissionErrors,
} as const;

type Registry = typeof errorRegistry;
export type ErrorCode = keyof Registry;

type ParamsOf<Code extends ErrorCode> = Readonly<
  Record<PlacesOf<Registry[Code]['en']>, string | number>
>;

/** A registered error with what is known about it; plain data that can be stored and told later. */
export interface Fault {
  readonly code: ErrorCode;
  readonly params: Params;
}

/** Builds a fault; the compiler asks for exactly the places that the sentence has. */
export function toFault<Code extends ErrorCode>(code: Code, params: ParamsOf<Code>): Fault {
  return { code, params };
}

/** What a person reads of a fault: plain text, not yet escaped for Slack. One that was stored by another version and
 *  that this one does not know is told by its code: a batch is not to be stuck for want of a sentence. */
export function sentenceOf({ code, params }: Fault, language: Language): string {
  if (!Object.hasOwn(errorRegistry, code)) return code;
  return fillPlaces(errorRegistry[code][language], params);
}

/** Thrown where what a person gave cannot be used; it is shown to that person and never retried. */
export class UserError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(sentenceOf(fault, 'en'), options);
    this.name = 'UserError';
    this.fault = fault;
  }
}

/** Throws the registered error: `fail('E_CSV_EMPTY', {})`. */
export function fail<Code extends ErrorCode>(
  code: Code,
  params: ParamsOf<Code>,
  options?: ErrorOptions,
): never {
  throw new UserError(toFault(code, params), options);
}

/** A setting that whoever it is for refuses: until it is corrected a process cannot start, however often it is tried. */
export class SettingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SettingError';
  }
}

/** Anything that was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
