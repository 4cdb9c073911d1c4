import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import {
  createImageSource,
  type ImageSource,
  type ImageSourceOptions,
} from '../../src/images/image-source.ts';
import { startPictureHost } from './picture-host.ts';
import { makeJpeg, makeNoise } from './pictures.ts';

const photo = await makeJpeg(320, 240);
const noise = await makeNoise(300, 300);
const pixelBudget = 1_048_576;
const never = new AbortController().signal;
const loopback = [{ address: '127.0.0.1', family: 4 }];

const sources: ImageSource[] = [];

function open(options: Partial<ImageSourceOptions> = {}): ImageSource {
  const source = createImageSource({
    allowHosts: [],
    allowPrivateCidrs: [],
    retryMs: 5,
    ...options,
  });
  sources.push(source);
  return source;
}

afterEach(async () => {
  await Promise.all(sources.splice(0).map(async (source) => source.close()));
});

async function prepare(source: ImageSource, url: string): Promise<string> {
  const result = await source.prepare(url, { pixelBudget, signal: never });
  return 'code' in result ? result.code : `${result.width}x${result.height}`;
}

describe('a picture from an allowed host', () => {
  it('comes out as a JPEG of the right size, with its hash', async () => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    const source = open({ allowHosts: [`127.0.0.1:${host.port}`] });
    const image = await source.prepare(`${host.url}/a.jpg`, { pixelBudget, signal: never });
    expect(image).toMatchObject({ width: 320, height: 256, hash: /^[0-9a-f]{64}$/ });
  });

  it('is asked for by path and query, without compression', async () => {
    const asked: (string | undefined)[] = [];
    await using host = await startPictureHost((request, response) => {
      asked.push(request.url, request.headers['accept-encoding']);
      response.end(photo);
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, `${host.url}/my photo.jpg?width=9#top`)).toBe('320x256');
    expect(asked).toEqual(['/my%20photo.jpg?width=9', 'identity']);
  });

  it('is fetched by its name, whatever that resolves to', async () => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    const source = open({ allowHosts: ['shop.test'], lookup: async () => loopback });
    expect(await prepare(source, `http://shop.test:${host.port}/a.jpg`)).toBe('320x256');
  });

  it('is in memory with only so many others, also after some could not be had', async () => {
    let waiting: (() => void)[] = [];
    await using host = await startPictureHost((request, response) => {
      const isMissing = request.url?.endsWith('1') === true;
      waiting.push(() => (isMissing ? response.writeHead(404).end() : response.end(photo)));
    });
    const source = open({ allowHosts: ['127.0.0.1'], inHand: 6 });
    const names = [0, 1, 2, 3, 11, 5, 6, 21, 8];
    const all = Promise.all(names.map(async (name) => prepare(source, `${host.url}/${name}`)));
    for (let round = 1; round <= 3; round += 1) {
      await until('three are asked for', () => waiting.length === 3);
      expect(host.requests()).toBe(3 * round);
      const answers = waiting;
      waiting = [];
      for (const answer of answers) answer();
    }
    expect((await all).filter((result) => result === '320x256')).toHaveLength(6);
  });

  it('does not wait for those of a host that is slow, however many', async () => {
    let asked = 0;
    await using slow = await startPictureHost(() => (asked += 1));
    await using quick = await startPictureHost((_request, response) => {
      response.end(photo);
    }, '127.0.0.2');
    const source = open({ allowHosts: ['127.0.0.1', '127.0.0.2'], inHand: 6 });
    const leaving = new AbortController();
    const slows = Array.from({ length: 9 }, async (_, name) =>
      source.prepare(`${slow.url}/${name}`, { pixelBudget, signal: leaving.signal }),
    );
    await until('as many are asked for as may be', () => asked === 3);
    expect(await prepare(source, quick.url)).toBe('320x256');
    leaving.abort(new Error('enough'));
    await Promise.allSettled(slows);
  });

  it('waits where the pictures in memory fill it, however long they announce to be', async () => {
    const answers: (() => void)[] = [];
    await using slow = await startPictureHost((_request, response) => {
      response.write(photo.subarray(0, 100));
      answers.push(() => response.end(photo.subarray(100)));
    });
    await using quick = await startPictureHost((_request, response) => {
      response.end(photo);
    }, '127.0.0.2');
    const source = open({ allowHosts: ['127.0.0.1', '127.0.0.2'], maxBytes: photo.length });
    const ended: string[] = [];
    const slows = Array.from({ length: 8 }, async () => {
      ended.push(await prepare(source, slow.url));
    });
    await until('eight pictures have begun to come', () => answers.length === 8);
    const last = prepare(source, quick.url).then((result) => ended.push(`last ${result}`));
    await until('the ninth is asked for', () => quick.requests() === 1);
    for (const answer of answers) answer();
    await Promise.all([...slows, last]);
    expect(ended[0]).toBe('320x256');
    expect(ended).toContain('last 320x256');
  });

  it('gives its room back whatever becomes of it', async () => {
    let sent = 0;
    await using host = await startPictureHost((_request, response) => {
      sent += 1;
      if (sent > 32) response.end(photo);
      else if (sent % 4 === 0) response.end(Buffer.alloc(photo.length + 1));
      else if (sent % 4 === 1) response.write('x', () => response.destroy());
      else if (sent % 4 === 2) response.writeHead(200, { 'content-length': 9 }).end('no photo.');
      else response.writeHead(404).end();
    });
    const source = open({ allowHosts: ['127.0.0.1'], maxBytes: photo.length, totalMs: 2000 });
    for (let n = 0; n < 40; n += 1) await prepare(source, host.url);
    expect(await prepare(source, host.url)).toBe('320x256');
  });

  it('may stand behind three redirects and no more', async () => {
    await using host = await startPictureHost((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end(photo);
      else response.writeHead(302, { location: `/${left - 1}` }).end('elsewhere');
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, `${host.url}/3`)).toBe('320x256');
    expect(await prepare(source, `${host.url}/4`)).toBe('E_URL_REDIRECTS');
  });
});

describe('a picture that is at hand', () => {
  it.each([
    ['a photo', photo, '320x256'],
    ['nothing', Buffer.alloc(0), 'E_IMAGE_EMPTY'],
    ['a page', Buffer.from('<!doctype html><title>Log in</title>'), 'E_FILE_NOT_IMAGE'],
    ['an archive', Buffer.from('PK\u0003\u0004 and more'), 'E_FILE_NOT_IMAGE'],
    ['an SVG', Buffer.from('<svg/>'), 'E_IMAGE_FORMAT'],
    ['half a picture', noise.subarray(0, 4000), 'E_IMAGE_CORRUPT'],
    ['one that is too large', Buffer.alloc(500_001), 'E_IMAGE_TOO_LARGE'],
  ])('is judged like a fetched one: %s', async (_what, bytes, expected) => {
    const source = open({ maxBytes: 500_000 });
    const result = await source.prepareBytes(bytes, { pixelBudget, signal: never });
    expect('code' in result ? result.code : `${result.width}x${result.height}`).toBe(expected);
  });
});

describe('an address that is not public', () => {
  it.each([
    ['127.0.0.1'],
    ['localhost'],
    ['2130706433'],
    ['0x7f.1'],
    ['0177.0.0.1'],
    ['①②⑦.⓪.⓪.①'],
    ['127.1'],
    ['0'],
    ['[::ffff:127.0.0.1]'],
    ['[::1]'],
  ])('is not even connected to when written as %s', async (name) => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    expect(await prepare(open(), `http://${name}:${host.port}/a.jpg`)).toBe('E_URL_BLOCKED');
    expect(await prepare(open(), `http://${name}/a.jpg`)).toBe('E_URL_BLOCKED');
    expect(host.connections()).toBe(0);
  });

  it.each([
    ['one private address', loopback],
    ['a public and a private one', [{ address: '93.184.216.34', family: 4 }, ...loopback]],
    ['a mapped one', [{ address: '::ffff:127.0.0.1', family: 6 }]],
  ])('is not connected to behind a name with %s', async (_name, addresses) => {
    const source = open({ lookup: async () => addresses });
    expect(await prepare(source, 'http://nip.example/a.jpg')).toBe('E_URL_BLOCKED');
  });

  it('is not connected to by a redirect', async () => {
    await using inner = await startPictureHost((_request, response) => response.end(photo));
    await using host = await startPictureHost((_request, response) => {
      response.writeHead(302, { location: `${inner.url}/a.jpg` }).end();
    });
    const source = open({ allowHosts: [`127.0.0.1:${host.port}`] });
    expect(await prepare(source, `${host.url}/a.jpg`)).toBe('E_URL_BLOCKED');
    expect([host.connections(), inner.connections()]).toEqual([1, 0]);
  });

  it('is not connected to when a name resolves to it later', async () => {
    await using first = await startPictureHost((_request, response) => {
      response.setHeader('connection', 'close').end(photo);
    });
    await using second = await startPictureHost((_request, response) => {
      response.end(photo);
    }, '127.0.0.2');
    const answers = ['127.0.0.1', '127.0.0.2'];
    const source = open({
      allowPrivateCidrs: ['127.0.0.1/32'],
      lookup: async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }],
    });
    const name = `http://rebinding.example:${first.port}`;
    expect(await prepare(source, name)).toBe('320x256');
    expect(await prepare(source, name)).toBe('E_URL_BLOCKED');
    expect(second.connections()).toBe(0);
  });

  it('is the one that was judged: a name is looked up once for a connection', async () => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    const asked: string[] = [];
    const source = open({
      allowPrivateCidrs: ['127.0.0.0/8'],
      lookup: async (name) => {
        asked.push(name);
        return loopback;
      },
    });
    expect(await prepare(source, `http://cdn.internal:${host.port}/a.jpg`)).toBe('320x256');
    expect(asked).toEqual(['cdn.internal']);
  });

  it('may be used at any port inside an allowed range, public ones at 80 and 443 only', async () => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    const publicAddress = [{ address: '93.184.216.34', family: 4 }];
    const source = open({
      allowPrivateCidrs: ['127.0.0.0/8'],
      lookup: async (name) => (name === 'public.example' ? publicAddress : loopback),
    });
    expect(await prepare(source, `${host.url}/a.jpg`)).toBe('320x256');
    expect(await prepare(source, `http://public.example:${host.port}/`)).toBe('E_URL_PORT');
    expect(await prepare(open(), `http://public.example:${host.port}/`)).toBe('E_URL_PORT');
  });

  it('never makes an internal name public', async () => {
    const source = open({
      allowPrivateCidrs: ['127.0.0.0/8'],
      lookup: async () => [{ address: '93.184.216.34', family: 4 }],
    });
    expect(await prepare(source, 'http://printer.local/')).toBe('E_URL_BLOCKED');
  });
});

describe('what a host may answer', () => {
  it.each([
    [401, 'E_IMAGE_HTTP_403', 1],
    [403, 'E_IMAGE_HTTP_403', 1],
    [404, 'E_IMAGE_HTTP_404', 1],
    [410, 'E_IMAGE_HTTP_404', 1],
    [400, 'E_IMAGE_HTTP', 1],
    [204, 'E_IMAGE_HTTP', 1],
    [302, 'E_IMAGE_HTTP', 1],
    [429, 'E_IMAGE_HTTP', 3],
    [503, 'E_IMAGE_HTTP', 3],
  ])('status %i: %s after %i tries', async (status, code, tries) => {
    await using host = await startPictureHost((_request, response) => {
      response.writeHead(status).end();
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, host.url)).toBe(code);
    expect(host.requests()).toBe(tries);
  });

  it('is tried again until it is the picture', async () => {
    await using host = await startPictureHost((request, response) => {
      if (host.requests() === 1) request.socket.destroy();
      else if (host.requests() === 2) response.writeHead(500).end();
      else response.end(photo);
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, host.url)).toBe('320x256');
  });

  it.each([
    { what: 'nothing', body: Buffer.alloc(0), fault: { code: 'E_IMAGE_EMPTY', params: {} } },
    {
      what: 'a page that calls itself a picture',
      body: Buffer.from('<!doctype html><title>Log in</title>'),
      fault: {
        code: 'E_IMAGE_NOT_IMAGE',
        params: { found: 'HTML', example: 'https://shop.example/photo.jpg' },
      },
    },
    {
      what: 'an SVG',
      body: Buffer.from('<svg/>'),
      fault: { code: 'E_IMAGE_FORMAT', params: { format: 'SVG' } },
    },
    {
      what: 'half a picture',
      body: noise.subarray(0, 4000),
      fault: { code: 'E_IMAGE_CORRUPT', params: {} },
    },
  ])('$what: $fault.code', async ({ body, fault }) => {
    await using host = await startPictureHost((_request, response) => {
      response.setHeader('content-type', 'image/jpeg').end(body);
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await source.prepare(host.url, { pixelBudget, signal: never })).toEqual(fault);
  });

  it('may not be compressed: a gzip bomb is not opened', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    await using host = await startPictureHost((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(bomb);
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, host.url)).toBe('E_IMAGE_ENCODING');
  });

  it('may not be longer than the limit, announced or not', async () => {
    let sent = 0;
    await using host = await startPictureHost((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', 200_000_000);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
      };
      response.on('drain', pour);
      pour();
    });
    const source = open({ allowHosts: ['127.0.0.1'], maxBytes: 1_000_000 });
    expect(await prepare(source, `${host.url}/announced`)).toBe('E_IMAGE_TOO_LARGE');
    expect(await prepare(source, `${host.url}/endless`)).toBe('E_IMAGE_TOO_LARGE');
    expect(sent).toBeLessThan(30_000_000);
  });

  it.each(['headers', 'body'])('may not take for ever with its %s', async (part) => {
    await using host = await startPictureHost((_request, response) => {
      if (part === 'headers') return;
      response.write(photo.subarray(0, 10));
      const drip = setInterval(() => response.write(photo.subarray(10, 11)), 20);
      response.on('close', () => clearInterval(drip));
    });
    const source = open({ allowHosts: ['127.0.0.1'], totalMs: 200 });
    expect(await prepare(source, host.url)).toBe('E_IMAGE_TIMEOUT');
    expect(host.requests()).toBe(2);
  });

  it('may not break off', async () => {
    await using host = await startPictureHost((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write(photo.subarray(0, 100), () => response.destroy());
    });
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, host.url)).toBe('E_IMAGE_UNREACHABLE');
    expect(host.requests()).toBe(3);
  });

  it('must be TLS where the link says https', async () => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, `https://127.0.0.1:${host.port}/`)).toBe('E_IMAGE_TLS');
  });
});

describe('a host that is not there', () => {
  it('counts as unreachable', async () => {
    const gone = await startPictureHost(() => {});
    await gone[Symbol.asyncDispose]();
    const source = open({ allowHosts: ['127.0.0.1'] });
    expect(await prepare(source, gone.url)).toBe('E_IMAGE_UNREACHABLE');
  });

  it.each([
    ['ENOTFOUND', 2],
    ['EAI_AGAIN', 3],
  ])('has no name: %s after %i questions', async (code, questions) => {
    let asked = 0;
    const source = open({
      lookup: async () => {
        asked += 1;
        throw Object.assign(new Error('no name'), { code });
      },
    });
    expect(await prepare(source, 'http://no.example/a.jpg')).toBe('E_IMAGE_DNS');
    expect(asked).toBe(questions);
  });

  it('has no name when its name has no address', async () => {
    const source = open({ lookup: async () => [] });
    expect(await prepare(source, 'http://no.example/a.jpg')).toBe('E_IMAGE_DNS');
  });
});

describe('a host that delivers nothing for long', () => {
  it('is given up: its other pictures fail at once, until it is back', async () => {
    let isBack = false;
    let clock = 0;
    await using host = await startPictureHost((_request, response) => {
      if (isBack) response.end(photo);
      else response.writeHead(503).end();
    });
    const breaker = { failures: 3, patienceMs: 60_000, probeMs: 10_000, now: () => clock };
    const source = open({ allowHosts: ['127.0.0.1'], breaker });
    expect(await prepare(source, host.url)).toBe('E_IMAGE_HTTP');
    expect(host.requests()).toBe(3);
    clock = 60_000;
    expect(await prepare(source, host.url)).toBe('E_IMAGE_HOST_DOWN');
    expect(host.requests()).toBe(4);
    const others = Array.from({ length: 20 }, async () => prepare(source, host.url));
    expect(new Set(await Promise.all(others))).toEqual(new Set(['E_IMAGE_HOST_DOWN']));
    expect(host.requests()).toBe(4);
    isBack = true;
    clock = 70_000;
    expect(await prepare(source, host.url)).toBe('320x256');
    expect(await prepare(source, host.url)).toBe('320x256');
  });

  it('is not one that has no such picture', async () => {
    await using host = await startPictureHost((_request, response) => {
      response.writeHead(404).end();
    });
    const source = open({ allowHosts: ['127.0.0.1'], breaker: { failures: 1, patienceMs: 0 } });
    for (let n = 0; n < 3; n += 1) expect(await prepare(source, host.url)).toBe('E_IMAGE_HTTP_404');
  });
});

describe('cancelling', () => {
  it('rejects with the signal’s reason and closes the connection', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    await using host = await startPictureHost((request) => {
      void once(request.socket, 'close').then(() => resolve());
      arrive();
    });
    const controller = new AbortController();
    const source = open({ allowHosts: ['127.0.0.1'] });
    const work = source.prepare(host.url, { pixelBudget, signal: controller.signal });
    const reason = new Error('cancelled');
    void arrived.then(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
    await closed;
  });

  it('does not wait out the pause between two tries', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    await using host = await startPictureHost((_request, response) => {
      response.writeHead(503, { 'retry-after': '3600' }).end(() => arrive());
    });
    const controller = new AbortController();
    const source = open({ allowHosts: ['127.0.0.1'] });
    const work = source.prepare(host.url, { pixelBudget, signal: controller.signal });
    const reason = new Error('cancelled');
    void arrived.then(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
    expect(host.requests()).toBe(1);
  });

  it('sends nothing when it is too late already', async () => {
    await using host = await startPictureHost((_request, response) => response.end(photo));
    const source = open({ allowHosts: ['127.0.0.1'] });
    const reason = new Error('cancelled');
    const work = source.prepare(host.url, { pixelBudget, signal: AbortSignal.abort(reason) });
    await expect(work).rejects.toBe(reason);
    expect(host.connections()).toBe(0);
  });
});

describe('many pictures of one host', () => {
  it('are fetched 8 at once to begin with, and hold up no other host', async () => {
    const held: (() => void)[] = [];
    await using slow = await startPictureHost((_request, response) => {
      held.push(() => response.end(photo));
    });
    await using quick = await startPictureHost((_request, response) => {
      response.end(photo);
    }, '127.0.0.2');
    const source = open({ allowHosts: ['127.0.0.1', '127.0.0.2'] });
    const work = Array.from({ length: 20 }, async () => prepare(source, slow.url));
    await until('eight requests arrive', () => slow.requests() === 8);
    expect(await prepare(source, quick.url)).toBe('320x256');
    expect(slow.requests()).toBe(8);
    const results = Promise.all(work);
    await until('all requests arrive', () => {
      for (const answer of held.splice(0)) answer();
      return slow.requests() === 20;
    });
    for (const answer of held.splice(0)) answer();
    expect(new Set(await results)).toEqual(new Set(['320x256']));
  });
});
