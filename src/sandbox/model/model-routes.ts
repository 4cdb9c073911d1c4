// The paths of the simulated model server.

import { toJsonReply, type Reply } from '../http/reply.ts';
import type { Ask } from '../http/reply-server.ts';
import { ApiError, toBadRequest, toErrorReply, toValidationError } from './api-error.ts';
import { parseChatRequest } from './chat-request.ts';
import { checkImageCount, checkModel, type ServedModel } from './complete-chat.ts';
import { countTokens, toPromptParts } from './prompt-part.ts';

export type Route = (ask: Ask) => Promise<Reply>;
/** By method and path, such as `GET /health`. */
export type Routes = Readonly<Record<string, Route>>;

const guardedPaths = ['/v1', '/v2', '/inference', '/cohere'];

const health: Route = async () => ({ status: 200 });

/** Everything but the completions, which need more. */
export function createModelRoutes(model: ServedModel): Routes {
  return {
    'GET /health': health,
    'GET /ping': health,
    'POST /ping': health,
    'GET /version': async () => toJsonReply(200, { version: model.version }),
    'GET /v1/models': async () => toJsonReply(200, buildModelList(model)),
    'POST /tokenize': (ask) => tokenize(model, ask),
    'GET /metrics': async () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: model.metrics.text(model.engine),
    }),
  };
}

/** Answers with the route for the request, or with the API's own errors. Rejects only where the
 *  connection is lost. */
export async function answerWith(routes: Routes, ask: Ask, apiKey?: string): Promise<Reply> {
  const isGuarded = guardedPaths.some((path) => ask.path.startsWith(path));
  if (apiKey !== undefined && isGuarded && ask.headers.authorization !== `Bearer ${apiKey}`) {
    return toJsonReply(401, { error: 'Unauthorized' });
  }
  try {
    return await routeFor(routes, ask)(ask);
  } catch (error) {
    if (error instanceof ApiError) return toErrorReply(error);
    throw error;
  }
}

function routeFor(routes: Routes, { method, path }: Ask): Route {
  const route = routes[`${method} ${path}`];
  if (route !== undefined) return route;
  const isKnown = Object.keys(routes).some((key) => key.endsWith(` ${path}`));
  throw isKnown ? new ApiError(405, 'Method Not Allowed') : new ApiError(404, 'Not Found');
}

/** The body as JSON. Throws the ApiError (400) for another content type and for what is no JSON. */
export async function readJson(ask: Ask): Promise<unknown> {
  const type = ask.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const body = await ask.body();
  if (type !== 'application/json') {
    throw toValidationError(["Unsupported Media Type: Only 'application/json' is allowed"]);
  }
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw toBadRequest(`There was an error parsing the body: ${String(error)}`);
  }
}

async function tokenize(model: ServedModel, ask: Ask): Promise<Reply> {
  const request = parseChatRequest(await readJson(ask));
  checkModel(model, request.model);
  checkImageCount(model, request);
  const reading = request.images.map((part, index) => model.pictures.read(part, index));
  const count = countTokens(toPromptParts(request, await Promise.all(reading), model.bounds));
  return toJsonReply(200, {
    count,
    max_model_len: model.maxModelLen,
    tokens: Array.from({ length: count }, (_token, index) => index),
    token_strs: null,
  });
}

function buildModelList({ name, maxModelLen }: ServedModel): unknown {
  return {
    object: 'list',
    data: [
      {
        id: name,
        object: 'model',
        created: Math.floor(Date.now() / 1000),
        owned_by: 'vllm',
        root: name,
        parent: null,
        max_model_len: maxModelLen,
        permission: [],
      },
    ],
  };
}
