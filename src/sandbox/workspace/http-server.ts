// The workspace's one HTTP server: who answers which path.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerFaultSwitch } from './fault-switches.ts';
import { handleDownload, handleUpload } from './file-server.ts';
import { answerThrough, readBody, toJsonAnswer, toTextAnswer } from './http-answer.ts';
import { Refusal } from './refusal.ts';
import type { WebApi } from './web-api.ts';
import type { World } from './world.ts';

const maxReplyBytes = 1024 * 1024;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Creates the server, not yet listening. `page` answers everything that is not Slack's API. */
export function createHttpServer(world: World, api: WebApi, page: Handler): Server {
  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      console.error('the workspace failed to answer:', error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.on('upgrade', (request, socket, head) => world.socket.upgrade(request, socket, head));

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path.startsWith('/api/')) return api.handle(path.slice(5), request, response);
    if (path.startsWith('/upload/v1/')) return handleUpload(world, request, response);
    if (path.startsWith('/files-pri/')) return handleDownload(world, request, response);
    if (path.startsWith('/response/')) return handleReply(world, request, response);
    if (path === '/sandbox/faults') {
      await answerThrough({}, response, () => answerFaultSwitch(world.desk.faults, request));
      return;
    }
    return page(request, response);
  }
  return server;
}

async function handleReply(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await readBody(request, maxReplyBytes)).toString('utf8');
  await answerThrough(world.desk.take('response_url'), response, () => {
    try {
      world.replyUrls.accept(request.url ?? '', parseJson(body));
      return toTextAnswer('ok');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const status = ['used_url', 'expired_url'].includes(error.code) ? 404 : 400;
      return toJsonAnswer({ ok: false, error: error.code, messages: error.messages }, status);
    }
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal('invalid_payload');
  }
}
