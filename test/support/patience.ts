// Waits give up when no machine would need so long, however busy: a second, which is their default, is a promise
// about time.

import { vi } from 'vitest';

const timeout = 60_000;
const waitFor = vi.waitFor.bind(vi);
const waitUntil = vi.waitUntil.bind(vi);

type Options = Parameters<typeof waitFor>[1];

vi.waitFor = (callback, options) => waitFor(callback, toPatient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, toPatient(options));

function toPatient(options: Options): Options {
  return typeof options === 'number' ? options : { timeout, ...options };
}
