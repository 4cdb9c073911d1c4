// The Web API: finds the method, checks token, scope and rate, runs it, and keeps the log of calls.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseArgs, textArg, type Args } from './api-args.ts';
import { type CallRecord, withoutTokens } from './call-log.ts';
import { type Answer, answerThrough, readBody, toJsonAnswer } from './http-answer.ts';
import { chatMethods } from './methods/chat-methods.ts';
import { conversationMethods } from './methods/conversation-methods.ts';
import { fileMethods } from './methods/file-methods.ts';
import type { Method } from './methods/method.ts';
import { teamMethods } from './methods/team-methods.ts';
import { viewMethods } from './methods/view-methods.ts';
import { createRateTiers } from './rate-tiers.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

const maxBodyBytes = 4 * 1024 * 1024;

const methods: Record<string, Method> = {
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...teamMethods,
  ...viewMethods,
};

export interface WebApi {
  calls: CallRecord[];
  /** Answers `POST /api/<name>`. */
  handle(name: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Creates the Web API over a world. */
export function createWebApi(world: World): WebApi {
  const calls: CallRecord[] = [];
  const rates = createRateTiers();

  function runMethod(name: string, args: Args, token: string | undefined): Answer {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (!method) throw new Refusal('unknown_method', [], { req_method: name });
    checkToken(world, method, token);
    const channel = textArg(args, 'channel') ?? '';
    const wait = world.desk.isRated() ? rates.check(name, method.tier, channel) : 0;
    if (wait > 0) {
      const answer = toJsonAnswer({ ok: false, error: 'ratelimited' }, 429);
      answer.headers['retry-after'] = String(wait);
      return answer;
    }
    const done = toJsonAnswer({ ok: true, ...method.run(world, args) });
    done.headers['x-oauth-scopes'] = [...world.settings.scopes].join(',');
    return done;
  }

  async function handle(
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const record: CallRecord = {
      number: calls.length + 1,
      method: name,
      at: Date.now(),
      args: {},
      status: 0,
      ok: false,
    };
    calls.push(record);
    const body = (await readBody(request, maxBodyBytes)).toString('utf8');
    const contentType = request.headers['content-type'] ?? '';
    const parsed = tryParse(() => parseArgs(body, contentType));
    if (!(parsed instanceof Refusal)) record.args = withoutTokens(parsed);
    const sent = await answerThrough(world.desk.take(name), response, () =>
      refuseInWords(() => {
        if (parsed instanceof Refusal) throw parsed;
        return runMethod(name, parsed, bearer(request) ?? textArg(parsed, 'token'));
      }),
    );
    if (sent) noteAnswer(record, sent);
    world.store.changed({ kind: 'call' });
  }

  return { calls, handle };
}

function checkToken(world: World, method: Method, token: string | undefined): void {
  if (token === undefined) throw new Refusal('not_authed');
  const { bot, app } = world.tokens;
  if (token !== bot && token !== app) throw new Refusal('invalid_auth');
  if (token !== (method.token === 'app' ? app : bot)) throw new Refusal('not_allowed_token_type');
  const { scopes } = world.settings;
  if (method.scopes.length === 0 || method.scopes.some((scope) => scopes.has(scope))) return;
  throw new Refusal('missing_scope', [], {
    needed: method.scopes[0],
    provided: [...scopes].join(','),
  });
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function tryParse(parse: () => Args): Args | Refusal {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function refuseInWords(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, messages, fields } = error;
    return toJsonAnswer({
      ok: false,
      error: code,
      ...fields,
      ...(messages.length > 0 && { errors: messages, response_metadata: { messages } }),
    });
  }
}

function noteAnswer(record: CallRecord, answer: Answer): void {
  record.status = answer.status;
  const body = parseAnswer(answer);
  record.ok = answer.status === 200 && body.ok === true;
  if (body.error !== undefined) record.error = body.error;
}

function parseAnswer({ body, headers }: Answer): { ok?: boolean; error?: string } {
  if (!headers['content-type']?.startsWith('application/json')) return {};
  return JSON.parse(body.toString());
}
