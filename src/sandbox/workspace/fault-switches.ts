// Switches for the workspace's faults over HTTP, for a person who watches what the bot makes of them. Slack
// has no such paths.
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { readBody, toJsonAnswer, type Answer } from './http-answer.ts';
import type { Faults } from './faults.ts';

const times = z.int().positive().max(10_000);

const order = z.strictObject({
  /** A Web API method, `upload`, `download` or `response_url`, and what its next calls meet. */
  name: z.string().min(1).optional(),
  fault: z
    .strictObject({
      status: z.int().min(200).max(599).optional(),
      retryAfter: z.number().positive().optional(),
      error: z.string().optional(),
      delayMs: z.int().positive().max(600_000).optional(),
      html: z.boolean().optional(),
      redirect: z.string().optional(),
      truncate: z.boolean().optional(),
      drop: z.enum(['before', 'after']).optional(),
    })
    .optional(),
  times: times.default(1),
  rateTiers: z.boolean().optional(),
  duplicateEvents: times.optional(),
  ignoreAcks: times.optional(),
});

const maxBytes = 64 * 1024;

/** `POST /sandbox/faults` with JSON such as `{"name":"chat.update","fault":{"status":429,"retryAfter":5},"times":3}`,
 *  `{"rateTiers":true}`, `{"duplicateEvents":2}` or `{"ignoreAcks":2}`; `DELETE /sandbox/faults` forgets them all. */
export async function answerFaultSwitch(faults: Faults, request: IncomingMessage): Promise<Answer> {
  if (request.method === 'DELETE') {
    faults.clear();
    return toJsonAnswer({ ok: true });
  }
  // A page of another origin cannot send this type without being asked for permission first.
  if (request.headers['content-type'] !== 'application/json') {
    return toJsonAnswer({ ok: false, error: 'send application/json' }, 415);
  }
  const parsed = order.safeParse(parseJson((await readBody(request, maxBytes)).toString('utf8')));
  if (!parsed.success)
    return toJsonAnswer({ ok: false, error: z.prettifyError(parsed.error) }, 400);
  apply(faults, parsed.data);
  return toJsonAnswer({ ok: true });
}

function apply(faults: Faults, asked: z.infer<typeof order>): void {
  const { name, fault = {}, rateTiers, duplicateEvents, ignoreAcks } = asked;
  if (name !== undefined) faults.next(name, toPlain(fault), asked.times);
  if (rateTiers !== undefined) faults.rateTiers(rateTiers);
  if (duplicateEvents !== undefined) faults.duplicateEvents(duplicateEvents);
  if (ignoreAcks !== undefined) faults.ignoreAcks(ignoreAcks);
}

/** Without the fields that are not set. */
function toPlain<T extends object>(fault: T): { [Field in keyof T]: Exclude<T[Field], undefined> } {
  return JSON.parse(JSON.stringify(fault));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
