// The arguments of a Web API call: form-encoded with nested values as JSON text, or JSON as it is.
import { Refusal } from './refusal.ts';
import { isJson, type Json } from './json.ts';

export type Args = Json;

const nested = new Set(['attachments', 'blocks', 'files', 'metadata', 'unfurls', 'view']);

/** Parses a request body; throws `invalid_form_data` or `invalid_json` for one that is neither. */
export function parseArgs(body: string, contentType: string): Args {
  if (contentType.startsWith('application/json')) return parseJsonBody(body);
  if (body !== '' && !contentType.startsWith('application/x-www-form-urlencoded')) {
    throw new Refusal('invalid_post_type');
  }
  const args: Args = {};
  for (const [name, value] of new URLSearchParams(body)) {
    args[name] = nested.has(name) ? parseNested(name, value) : value;
  }
  return args;
}

function parseJsonBody(body: string): Args {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isJson(parsed)) return parsed;
  } catch {
    throw new Refusal('invalid_json');
  }
  throw new Refusal('json_not_object');
}

function parseNested(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    const code = name === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments';
    throw new Refusal(code, [`[ERROR] ${name} is not valid JSON`]);
  }
}

/** A text argument; undefined when it is missing or empty. */
export function textArg(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** A text argument that must be there; `code` is the refusal when it is not. */
export function neededArg(args: Args, name: string, code = 'invalid_arguments'): string {
  const value = textArg(args, name);
  if (value !== undefined) return value;
  throw new Refusal(code, [`[ERROR] missing required field: ${name}`]);
}

export function flagArg(args: Args, name: string): boolean {
  const value = args[name];
  return value === true || value === 1 || value === 'true' || value === '1';
}

/** A whole number from 1 to `max`, or `fallback`. */
export function limitArg(args: Args, fallback: number, max: number): number {
  const value = textArg(args, 'limit');
  if (value === undefined) return fallback;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1) throw new Refusal('invalid_limit');
  return Math.min(limit, max);
}
