// A web host with product pictures, drawn when first asked for, and with what goes wrong with such hosts.

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { openDoor } from '../http/door.ts';
import { createFaultScript } from '../http/fault-script.ts';
import { createReplyServer, type Ask } from '../http/reply-server.ts';
import type { Reply } from '../http/reply.ts';
import { drawPicture } from './draw-picture.ts';
import { parsePictureName } from './picture-name.ts';

/** What happens to a request for a picture; several fields are several faults at once. */
interface PictureFault {
  /** Only for paths that hold this. */
  readonly matching?: string;
  readonly status?: number;
  /** With `status`: adds a Retry-After header. */
  readonly retryAfterSeconds?: number;
  /** Never answers. */
  readonly hang?: true;
  readonly reset?: true;
  /** Stops in the middle of the picture without closing the connection. */
  readonly stall?: true;
  /** Answers so much later. */
  readonly slowMs?: number;
}

export interface PictureHost {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  /** 127.0.0.1:<port> */
  readonly host: string;
  /** Paths with query in order of arrival; the last 20,000. */
  readonly requests: readonly string[];
  readonly faults: { next(fault: PictureFault, times?: number): void; clear(): void };
  close(): Promise<void>;
}

export interface PictureHostOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
}

const keptRequests = 20_000;
const keptPictures = 2000;
const defaultSlowMs = 2000;

type Special = (ask: Ask) => Promise<Reply>;

const specials: Readonly<Record<string, Special>> = {
  '/missing.jpg': async () => toTextReply(404, 'Not found'),
  '/busy.jpg': async () => toTextReply(429, 'Too many requests', { 'retry-after': '1' }),
  '/page.html': async () => ({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><title>A product</title><p>This page is not a picture.</p>',
  }),
  '/redirect': async ({ query }) => ({
    status: 302,
    headers: { location: query.get('to') ?? '/' },
  }),
};

/** Serves /pictures/<name> (see picture-name.ts); `/broken.jpg` (cut in the middle), `/slow.jpg?ms=2000`,
 *  `/missing.jpg` (404), `/busy.jpg` (429), `/page.html`, `/redirect?to=…`. Loopback only.
 *  Rejects where the port is taken. */
export async function startPictureHost(options: PictureHostOptions = {}): Promise<PictureHost> {
  const requests: string[] = [];
  const script = createFaultScript<PictureFault>();
  const drawn = new Map<string, Promise<Buffer | undefined>>();

  const server = createReplyServer(async (ask) => {
    const query = ask.query.size > 0 ? `?${ask.query.toString()}` : '';
    requests.push(`${ask.path}${query}`);
    if (requests.length > keptRequests) requests.shift();
    const fault = script.take(ask.path) ?? {};
    await delay(ask, fault);
    return meet(fault, await (specials[ask.path]?.(ask) ?? serve(drawn, ask)));
  });
  const door = await openDoor(server, options.port);
  const host = `127.0.0.1:${door.port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    faults: { next: script.next, clear: script.clear },
    close: async () => door.shut(),
  };
}

async function serve(
  drawn: Map<string, Promise<Buffer | undefined>>,
  { path }: Ask,
): Promise<Reply> {
  const isBroken = path === '/broken.jpg';
  const name = isBroken || path === '/slow.jpg' ? 'mug-grey-01.jpg' : toPictureName(path);
  const picture = name === undefined ? undefined : await remember(drawn, name);
  if (name === undefined || picture === undefined) return toTextReply(404, 'Not found');
  return {
    status: 200,
    headers: { 'content-type': toMediaType(name), 'cache-control': 'max-age=3600' },
    body: isBroken ? picture.subarray(0, Math.floor(picture.length * 0.6)) : picture,
  };
}

function remember(
  drawn: Map<string, Promise<Buffer | undefined>>,
  name: string,
): Promise<Buffer | undefined> {
  const known = drawn.get(name);
  if (known !== undefined) return known;
  const spec = parsePictureName(name);
  const picture = spec === undefined ? Promise.resolve(undefined) : drawPicture(spec);
  drawn.set(name, picture);
  const [oldest] = drawn.keys();
  if (drawn.size > keptPictures && oldest !== undefined) drawn.delete(oldest);
  return picture;
}

function toPictureName(path: string): string | undefined {
  return /^\/pictures\/([^/]+)$/u.exec(path)?.[1];
}

function toMediaType(name: string): string {
  if (name.endsWith('.png')) return 'image/png';
  return name.endsWith('.webp') ? 'image/webp' : 'image/jpeg';
}

async function delay({ path, query, abort: { signal } }: Ask, fault: PictureFault): Promise<void> {
  if (fault.hang === true) {
    await once(signal, 'abort');
    signal.throwIfAborted();
  }
  const ownMs = path === '/slow.jpg' ? Number(query.get('ms') ?? defaultSlowMs) : 0;
  const ms = ownMs + (fault.slowMs ?? 0);
  if (ms > 0) await pause(ms, undefined, { signal });
}

function meet(fault: PictureFault, reply: Reply): Reply {
  if (fault.reset === true) return { ...reply, broken: 'reset' };
  if (fault.stall === true) return { ...reply, broken: 'stall' };
  if (fault.status === undefined) return reply;
  const seconds = fault.retryAfterSeconds;
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  return toTextReply(fault.status, 'A simulated fault', headers);
}

function toTextReply(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    body: `${text}\n`,
  };
}
