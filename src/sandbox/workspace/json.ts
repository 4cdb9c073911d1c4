// Reading values of unknown shape.

export type Json = Record<string, unknown>;

/** True for an object that is no list. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a list; empty for anything that is no list. */
export function toObjects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** The value if it is a string, else an empty string. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
