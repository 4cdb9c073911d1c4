// What the body of a refusal says. `error` is an object from most of vLLM, a bare string from its
// key check and while it scales, and missing where a proxy answered.

import { z } from 'zod';

const errorBody = z.object({
  error: z.union([z.string(), z.object({ message: z.string(), type: z.string().nullish() })]),
});

const maxReason = 200;

/** The server's reason in one line of at most 200 characters, without anything of the request in it. */
export function readReason(body: string): string {
  const error = parseError(body);
  const message = typeof error === 'string' ? error : (error?.message ?? '');
  const line = message
    .replaceAll(/data:[\w/+.-]*;base64,[\w+/=]*/g, 'data:…')
    // Longer than any word or identifier: a piece of a picture.
    .replaceAll(/[\w+/=]{80,}/g, '…')
    .replaceAll(/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/g, '$1')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > maxReason ? `${line.slice(0, maxReason - 1)}…` : line;
}

/** True when vLLM itself wrote the body, with its structured form of an error. */
export function isOwnError(body: string): boolean {
  return typeof parseError(body) === 'object';
}

/**
 * The engine process died: every request fails alike until the server was started again. It has no
 * code or type of its own, only this text (vllm/v1/engine/exceptions.py).
 */
export function hasEngineDied(body: string): boolean {
  return /EngineCore encountered an issue|EngineDeadError/.test(readReason(body));
}

function parseError(body: string): z.infer<typeof errorBody>['error'] | undefined {
  return errorBody.safeParse(parseJson(body)).data?.error;
}

/** undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
