// Serves the workspace's page: its files, what a person sees at first, what changes, and what the person does.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { toFileAnswer } from './file-server.ts';
import { type Answer, answerThrough, toJsonAnswer, toTextAnswer } from './http-answer.ts';
import { runPageAction } from './page-actions.ts';
import { createLiveFeed } from './page-feed.ts';
import { buildPageState } from './page-state.ts';
import type { World } from './world.ts';

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
};

export interface Page {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/** Creates the page's side of the server. */
export function createPage(world: World): Page {
  const feed = createLiveFeed(world);

  async function answer(request: IncomingMessage, url: URL): Promise<Answer> {
    if (!isOwn(world, request)) return toTextAnswer('Forbidden', 403);
    const user = url.searchParams.get('user') ?? 'ada';
    const [, area, name = ''] = url.pathname.split('/');
    if (area !== 'page-api') return readPageFile(area === 'page' ? name : 'index.html');
    if (request.method === 'POST') return runPageAction(world, name, request);
    if (name === 'state') return toJsonAnswer(buildPageState(world, user));
    if (name === 'file') {
      return toFileAnswer(world.store.files.get(url.pathname.split('/')[3] ?? ''), true);
    }
    return toTextAnswer('Not Found', 404);
  }

  return {
    close: () => feed.close(),
    async handle(request, response) {
      const url = new URL(request.url ?? '/', world.baseUrl());
      if (url.pathname === '/page-api/live' && isOwn(world, request)) {
        return feed.open(url.searchParams.get('user') ?? 'ada', response);
      }
      await answerThrough({}, response, () => answer(request, url));
    },
  };
}

/** Only the page itself may ask: no other site, and no name that someone else points at this machine. */
function isOwn(world: World, { headers }: IncomingMessage): boolean {
  const { port } = new URL(world.baseUrl());
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin } = headers;
  return hosts.includes(host) && (origin === undefined || origin === `http://${host}`);
}

async function readPageFile(name: string): Promise<Answer> {
  const type = contentTypes[extname(name)];
  if (type === undefined || !/^[a-z-]+\.[a-z]+$/.test(name)) return toTextAnswer('Not Found', 404);
  try {
    const body = await readFile(new URL(`./page/${name}`, import.meta.url));
    const headers = {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': "default-src 'self'; img-src 'self' data: http: https:",
    };
    return { status: 200, headers, body };
  } catch {
    return toTextAnswer('Not Found', 404);
  }
}
