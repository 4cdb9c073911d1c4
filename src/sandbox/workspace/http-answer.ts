// Reading requests and writing answers, including those that a fault has spoiled.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallFault } from './faults.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

const loginPage =
  '<!DOCTYPE html><html lang="en-US"><head><title>Slack</title></head><body>' +
  '<h1>Sign in to your workspace</h1></body></html>\n';

export const loginAnswer: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: loginPage,
};

/** An answer with a JSON body. */
export function toJsonAnswer(body: unknown, status = 200): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(body) };
}

export function toTextAnswer(body: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** Reads a whole body; throws a RangeError when it is longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > maxBytes) throw new RangeError(`body over ${maxBytes} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** Runs `work` as the fault allows and sends its answer. Returns what was sent; undefined when the line was cut. */
export async function answerThrough(
  fault: CallFault,
  response: ServerResponse,
  work: () => Promise<Answer> | Answer,
): Promise<Answer | undefined> {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.drop === 'before') return void response.destroy();
  const answer = spoiledAnswer(fault) ?? (await work());
  if (fault.drop === 'after') return void response.destroy();
  const bytes = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  if (fault.truncate) {
    response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
    return undefined;
  }
  response.end(bytes);
  return answer;
}

function spoiledAnswer(fault: CallFault): Answer | undefined {
  if (fault.html) return loginAnswer;
  if (fault.redirect !== undefined) {
    return { status: 302, headers: { location: fault.redirect }, body: '' };
  }
  if (fault.error !== undefined) return toJsonAnswer({ ok: false, error: fault.error });
  if (fault.status === undefined) return undefined;
  const answer = toTextAnswer(fault.status === 429 ? 'rate limited' : 'server error', fault.status);
  if (fault.retryAfter !== undefined) answer.headers['retry-after'] = String(fault.retryAfter);
  return answer;
}
