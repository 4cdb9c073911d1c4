import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toDominantColor } from '../../../src/sandbox/model/dominant-color.ts';
import { startPictureHost, type PictureHost } from '../../../src/sandbox/pictures/picture-host.ts';
import { colors } from '../../../src/sandbox/pictures/picture-name.ts';
import { shapeNames } from '../../../src/sandbox/pictures/shapes.ts';

describe('the picture host', () => {
  it.each(shapeNames)('shows a %s in the colour of its name', async (shape) => {
    const host = await hostForTest();
    const index = shapeNames.indexOf(shape);
    const [name = '', color = ''] = Object.entries(colors)[index] ?? [];
    const picture = await pictureAt(host, `${shape}-${name}-0${index + 1}.jpg`);
    const seen = await toDominantColor(sharp(picture));
    for (const at of [1, 3, 5]) {
      const [wanted, got] = [color, seen].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16));
      expect(Math.abs((wanted ?? 0) - (got ?? 255))).toBeLessThan(16);
    }
  });

  it('gives the same picture for the same name, and another for another', async () => {
    const [one, two] = [await hostForTest(), await hostForTest()];
    const picture = await pictureAt(one, 'item-0001.jpg');
    expect(picture.equals(await pictureAt(two, 'item-0001.jpg'))).toBe(true);
    expect(picture.equals(await pictureAt(one, 'item-0002.jpg'))).toBe(false);
  });

  it('has pictures in all forms and proportions', async () => {
    const host = await hostForTest();
    const names = ['mug-red-01.jpg', 'mug-red-02.png', 'mug-red-04.webp'];
    const all = await Promise.all(
      names.map(async (name) => {
        const response = await fetch(`${host.url}/pictures/${name}`);
        const { format, width, height } = await sharp(await response.bytes()).metadata();
        return [response.headers.get('content-type'), format, width, height];
      }),
    );
    expect(all).toEqual([
      ['image/jpeg', 'jpeg', 800, 600],
      ['image/png', 'png', 600, 800],
      ['image/webp', 'webp', 1000, 1000],
    ]);
  });

  it('has pictures that lie on their side until EXIF is obeyed', async () => {
    const host = await hostForTest();
    const metadata = await sharp(await pictureAt(host, 'lamp-blue-01-turned.jpg')).metadata();
    expect(metadata).toMatchObject({ width: 600, height: 800, orientation: 8 });
    expect(metadata.autoOrient).toEqual({ width: 800, height: 600 });
    const upright = await sharp(await pictureAt(host, 'lamp-blue-01-turned.jpg'))
      .autoOrient()
      .extract({ left: 380, top: 150, width: 40, height: 40 })
      .toBuffer();
    expect(await toDominantColor(sharp(upright))).toMatch(/^#[23].[56].b/u);
  });

  it.each([
    ['/missing.jpg', 404, 'text/plain'],
    ['/pictures/mug-red-01.bmp', 404, 'text/plain'],
    ['/nothing/here', 404, 'text/plain'],
    ['/busy.jpg', 429, 'text/plain'],
    ['/page.html', 200, 'text/html'],
    ['/slow.jpg?ms=1', 200, 'image/jpeg'],
  ])('answers %s with %i', async (path, status, type) => {
    const host = await hostForTest();
    const response = await fetch(host.url + path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain(type);
    await response.body?.cancel();
    expect(host.requests).toEqual([path]);
  });

  it('has a broken picture and redirects', async () => {
    const host = await hostForTest();
    const broken = await (await fetch(`${host.url}/broken.jpg`)).bytes();
    await expect(sharp(broken, { failOn: 'truncated' }).raw().toBuffer()).rejects.toThrow(
      /premature end/iu,
    );
    const to = encodeURIComponent('/pictures/mug-red-01.jpg');
    const redirected = await fetch(`${host.url}/redirect?to=${to}`, { redirect: 'manual' });
    expect(redirected.status).toBe(302);
    expect(redirected.headers.get('location')).toBe('/pictures/mug-red-01.jpg');
  });

  it('meets faults on demand, for the paths that they are meant for', async () => {
    const host = await hostForTest();
    host.faults.next({ status: 503, retryAfterSeconds: 2, matching: 'mug' });
    host.faults.next({ reset: true, matching: 'lamp' });
    host.faults.next({ stall: true, matching: 'vase' });
    host.faults.next({ hang: true, matching: 'bag' });
    const url = (name: string): string => `${host.url}/pictures/${name}-red-01.jpg`;
    expect((await fetch(url('clock'))).status).toBe(200);
    const busy = await fetch(url('mug'));
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await fetch(url('mug'))).status).toBe(200);
    await expect(fetch(url('lamp'))).rejects.toThrow('fetch failed');

    const abort = new AbortController();
    const stalled = await fetch(url('vase'), { signal: abort.signal });
    const hanging = fetch(url('bag'), { signal: abort.signal });
    expect(stalled.status).toBe(200);
    abort.abort();
    await expect(stalled.bytes()).rejects.toThrow(/abort/u);
    await expect(hanging).rejects.toThrow(/abort/u);
  });
});

async function hostForTest(): Promise<PictureHost> {
  const host = await startPictureHost();
  onTestFinished(() => host.close());
  return host;
}

async function pictureAt(host: PictureHost, name: string): Promise<Buffer> {
  const response = await fetch(`${host.url}/pictures/${name}`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.bytes());
}
