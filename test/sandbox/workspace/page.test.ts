import { once } from 'node:events';
import { request } from 'node:http';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';

const table = new URL('../../../src/sandbox/workspace/page/table.js', import.meta.url).href;
const {
  parseTable,
  decodeText,
}: {
  parseTable: (text: string) => string[][];
  decodeText: (bytes: ArrayBuffer) => string;
} = await import(table);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await startWorkspace({ samples: { '商品.csv': () => '主图\n' } });
});
afterAll(() => workspace.close());

function get(path: string): Promise<Response> {
  return fetch(workspace.url.slice(0, -1) + path);
}

function send(headers: Record<string, string>): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ user: 'ada', channel: 'products', text: 'hi' })) {
    body.set(name, value);
  }
  body.append('files', new Blob(['sku\n1\n']), '商品.csv');
  return fetch(`${workspace.url}page-api/send`, { method: 'POST', body, headers });
}

describe('the page', () => {
  it('says that it is simulated, and comes with all of its files', async () => {
    const html = await (await get('/')).text();
    const names = [...html.matchAll(/"(\/page\/[^"]+)"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) expect((await get(name)).status).toBe(200);
    const words = await (await get('/page/words.js')).text();
    expect(words).toContain('Simulated Slack workspace – nothing leaves this machine.');
  });

  it('serves nothing outside its folder', async () => {
    expect((await get('/page/..%2fworkspace.ts')).status).toBe(404);
    expect((await get('/page/workspace.ts')).status).toBe(404);
    expect((await get('/nothing')).status).toBe(404);
  });

  it('takes a message with a file from the page itself and from no other site', async () => {
    const own = await send({ origin: workspace.url.slice(0, -1) });
    expect(await own.json()).toMatchObject({ ok: true });
    const [message] = workspace.channelMessages('products');
    expect(message).toMatchObject({ text: 'hi', files: [{ name: '商品.csv' }] });
    const other = await send({ origin: 'https://evil.test' });
    expect(other.status).toBe(403);
    expect(workspace.channelMessages('products')).toHaveLength(1);
  });

  it('does not answer under another host name', async () => {
    const asked = request(`${workspace.url}page-api/state`, {
      headers: { host: 'evil.test' },
    }).end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(403);
    response.resume();
  });

  it('shows a person only what that person may see', async () => {
    await workspace.say({ user: 'ada', channel: workspace.channels.dm.ada.id, text: 'private' });
    const ada = await (await get('/page-api/state?user=ada')).text();
    const wei = await (await get('/page-api/state?user=wei')).text();
    expect(ada).toContain('"private"');
    expect(wei).not.toContain('"private"');
  });

  it('hears of changes as they come', async () => {
    const live = await get('/page-api/live?user=wei');
    const reader = live.body?.getReader();
    const decoder = new TextDecoder();
    await workspace.say({
      user: 'ada',
      channel: workspace.channels.dm.ada.id,
      text: 'not for wei',
    });
    await workspace.say({ user: 'ada', channel: 'products', text: 'for everyone' });
    let heard = '';
    while (!heard.includes('for everyone')) {
      heard += decoder.decode((await reader?.read())?.value, { stream: true });
    }
    expect(heard).not.toContain('not for wei');
    await reader?.cancel();
  });

  it('answers what a person cannot do with a sentence', async () => {
    const body = JSON.stringify({ user: 'ada', channel: 'products', command: '/nope' });
    const response = await fetch(`${workspace.url}page-api/slash`, { method: 'POST', body });
    expect(await response.json()).toEqual({ ok: false, error: '/nope is not a valid command.' });
  });

  it('offers samples to drop', async () => {
    expect(await (await get(`/samples/${encodeURIComponent('商品.csv')}`)).text()).toBe('主图\n');
    expect((await get('/samples/toString')).status).toBe(404);
  });
});

describe("the viewer's reading of tables", () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '字', '"', ',', ';', '\n', '\r', ' ') });

  it('gives back every table that was written with quotes', () => {
    const rows = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
      );
    fc.assert(
      fc.property(rows, (body) => {
        const written = [['h1', 'h2'], ...body].map((row) =>
          row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','),
        );
        expect(parseTable(written.join('\r\n'))).toEqual([['h1', 'h2'], ...body]);
      }),
    );
  });

  it('finds the delimiter and the encoding', () => {
    expect(parseTable('a;b\n1,5;2\n')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
    const utf16 = Buffer.from('\ufeff主图', 'utf16le');
    expect(decodeText(new Uint8Array(utf16).buffer)).toBe('主图');
    expect(decodeText(new Uint8Array([0xd6, 0xf7, 0xcd, 0xbc]).buffer)).toBe('主图');
  });
});
