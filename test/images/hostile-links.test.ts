// Whatever way a link takes to an address that is not public, nothing is connected to: the listener that
// stands there counts. Allowed ranges let names through at any port, so that what they resolve to decides.

import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createImageSource, type ImageSource } from '../../src/images/image-source.ts';
import { isPublicAddress } from '../../src/images/public-address.ts';
import { startPictureHost, type PictureHost } from './picture-host.ts';
import { makeJpeg } from './pictures.ts';

const photo = await makeJpeg(64, 64);
const publicAddress = '93.184.216.34';
const { signal } = new AbortController();

/** Loopback, and the machine's own private address where it has one. */
const inner = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .filter(({ family, address }) => family === 'IPv4' && !isPublicAddress(address))
  .map(({ address }) => address);

const sources: ImageSource[] = [];

afterEach(async () => {
  await Promise.all(sources.splice(0).map(async (source) => source.close()));
});

/** A source that may fetch from `door` alone; names are resolved by the list, an answer a question. */
function open(door: PictureHost, names: Readonly<Record<string, readonly string[][]>> = {}) {
  const asked = new Map<string, number>();
  const source = createImageSource({
    allowHosts: [`127.0.0.9:${door.port}`],
    allowPrivateCidrs: ['10.255.255.0/30'],
    retryMs: 1,
    lookup: async (name) => {
      const answers = names[name] ?? [];
      const turn = asked.get(name) ?? 0;
      asked.set(name, turn + 1);
      const addresses = answers[Math.min(turn, answers.length - 1)] ?? [];
      return addresses.map((address) => ({ address, family: 4 }));
    },
  });
  sources.push(source);
  return source;
}

async function codeOf(source: ImageSource, link: string): Promise<string> {
  const result = await source.prepare(link, { pixelBudget: 262_144, signal });
  return 'code' in result ? result.code : 'fetched';
}

describe.each(inner)('a listener on %s', (address) => {
  it.each([
    ['a link to it', (to: string) => to],
    [
      'a link to a name that resolves to it',
      (_: string, port: number) => `http://evil.example:${port}/`,
    ],
    [
      'a link to a name with a public address too',
      (_: string, port: number) => `http://both.example:${port}/`,
    ],
  ])('is not reached by %s, nor by a redirect to that', async (_way, toLink) => {
    await using listener = await startPictureHost(
      (_request, response) => response.end(photo),
      address,
    );
    const link = toLink(`${listener.url}/a.jpg`, listener.port);
    await using door = await startPictureHost((_request, response) => {
      response.writeHead(302, { location: link }).end();
    }, '127.0.0.9');
    const source = open(door, {
      'evil.example': [[address]],
      'both.example': [[publicAddress, address]],
    });
    expect(await codeOf(source, link)).toBe('E_URL_BLOCKED');
    expect(await codeOf(source, `${door.url}/a.jpg`)).toBe('E_URL_BLOCKED');
    expect([door.connections(), listener.connections()]).toEqual([1, 0]);
  });

  it('is not reached by a name that changes its answer', async () => {
    await using listener = await startPictureHost(
      (_request, response) => response.end(photo),
      address,
    );
    await using door = await startPictureHost(() => {}, '127.0.0.9');
    const names = { 'rebinding.example': [['10.255.255.1', publicAddress], [address]] };
    const source = open(door, names);
    const link = `http://rebinding.example:${listener.port}/a.jpg`;
    // The first answer is refused for its port outside the allowed range, the second for its address.
    expect(await codeOf(source, link)).toBe('E_URL_PORT');
    expect(await codeOf(source, link)).toBe('E_URL_BLOCKED');
    expect(listener.connections()).toBe(0);
  });
});
