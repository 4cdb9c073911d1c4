// Serves the workspace's page: its files, what a person sees at first, what changes, and what the person does.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { describeType } from './file-objects.ts';
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

const notFound = toTextAnswer('Not Found', 404);

export interface Page {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/** Creates the page's side of the server. */
export function createPage(world: World): Page {
  const feed = createLiveFeed(world);

  function answer(request: IncomingMessage, url: URL): Promise<Answer> | Answer {
    if (!isOwn(world, request)) return toTextAnswer('Forbidden', 403);
    const [, area = '', name = '', id = ''] = url.pathname.split('/').map(decodeURIComponent);
    if (area === 'page') return readPageFile(name);
    if (area === 'samples') return readSample(world, name);
    if (area !== 'page-api') return isPagePath(area) ? readPageFile('index.html') : notFound;
    if (request.method === 'POST') return runPageAction(world, name, request);
    return readForPage(world, { name, id, user: url.searchParams.get('user') });
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

function readForPage(
  world: World,
  asked: { name: string; id: string; user: string | null },
): Answer {
  if (asked.name === 'state') return toJsonAnswer(buildPageState(world, asked.user ?? 'ada'));
  return asked.name === 'file' ? toFileAnswer(world.store.files.get(asked.id), true) : notFound;
}

/** The page itself, and where chat.getPermalink and file permalinks lead. */
function isPagePath(area: string): boolean {
  return ['', 'archives', 'files'].includes(area);
}

async function readSample(world: World, name: string): Promise<Answer> {
  const { samples } = world.settings;
  const read = Object.hasOwn(samples, name) ? samples[name] : undefined;
  if (!read) return notFound;
  const { mimetype } = describeType(name);
  const headers = { 'content-type': mimetype, 'content-disposition': 'attachment' };
  return { status: 200, headers, body: await read() };
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
  if (type === undefined || !/^[a-z-]+\.[a-z]+$/.test(name)) return notFound;
  try {
    const body = await readFile(new URL(`./page/${name}`, import.meta.url));
    const headers = {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': "default-src 'self'; img-src 'self' data: http: https:",
    };
    return { status: 200, headers, body };
  } catch {
    return notFound;
  }
}
