import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAllowList } from '../../src/images/allow-list.ts';
import { parseImageUrl, type ImageTarget } from '../../src/images/image-url.ts';
import { toNextHop } from '../../src/images/redirect.ts';

const nothing = createAllowList({ hosts: [], cidrs: [] });

function codeOf(reference: string, allowList = nothing): string {
  const result = parseImageUrl(reference, allowList);
  return 'code' in result ? result.code : 'accepted';
}

function from(href: string): ImageTarget {
  const target = parseImageUrl(href, nothing);
  if ('code' in target) throw new Error(target.code);
  return target;
}

describe('parseImageUrl', () => {
  it.each([
    ['no-url.jpg', 'E_URL_INVALID'],
    ['', 'E_URL_INVALID'],
    ['//shop.example/a.jpg', 'E_URL_INVALID'],
    ['/a.jpg', 'E_URL_INVALID'],
    ['shop.example/a.jpg', 'E_URL_INVALID'],
    ['shop.example:8080/a.jpg', 'E_URL_INVALID'],
    ['localhost:8080/a.jpg', 'E_URL_INVALID'],
    ['C:\\pictures\\a.jpg', 'E_URL_INVALID'],
    ['https:shop.example/a.jpg', 'E_URL_INVALID'],
    ['https://shop.example/a.jpg\nhttps://shop.example/b.jpg', 'E_URL_INVALID'],
    ['https://shop .example/a.jpg', 'E_URL_INVALID'],
    ['https://', 'E_URL_INVALID'],
    ['file:///etc/passwd', 'E_URL_SCHEME'],
    ['ftp://shop.example/a.jpg', 'E_URL_SCHEME'],
    ['data:image/png;base64,AAAA', 'E_URL_SCHEME'],
    ['javascript:alert(1)', 'E_URL_SCHEME'],
    ['https://user:pw@shop.example/a.jpg', 'E_URL_CREDENTIALS'],
    ['https://user@shop.example/a.jpg', 'E_URL_CREDENTIALS'],
    ['http://shop.example:22/a.jpg', 'E_URL_PORT'],
    ['http://shop.example:6379/', 'E_URL_PORT'],
    ['http://8.8.8.8:8080/a.jpg', 'E_URL_PORT'],
    [`https://shop.example/${'a'.repeat(4096)}`, 'E_URL_TOO_LONG'],
    ['https://acme.slack.com/archives/C1/p2', 'E_URL_SLACK'],
    ['https://files.slack.com/files-pri/T1-F1/a.jpg', 'E_URL_SLACK'],
  ])('refuses %j with %s', (reference, code) => {
    expect(codeOf(reference)).toBe(code);
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.0.0.1:6379/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://[::1]/',
    'http://0/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://168.63.129.16/',
    'http://[::ffff:10.0.0.1]/',
    'http://[::a00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[2002:a00:1::]/',
    'http://redis/',
    'http://printer.local/',
    'http://metadata.google.internal/',
    'http://a.localhost/',
    'http://nas.home.arpa/',
    `http://${'a.'.repeat(130)}example/`,
  ])('refuses %s with the one fault for blocked targets', (reference) => {
    expect(parseImageUrl(reference, nothing)).toEqual({ code: 'E_URL_BLOCKED', params: {} });
  });

  it.each([
    'https://shop.example/a.jpg',
    '  https://shop.example/a.jpg  ',
    'http://shop.example:80/a.jpg',
    'http://shop.example:443/a.jpg',
    'https://shop.example/my photo.jpg?x=1#top',
    'https://例子.example/图片.jpg',
    'http://8.8.8.8/a.jpg',
    'http://[2606:4700::1111]/a.jpg',
  ])('accepts %s', (reference) => {
    expect(codeOf(reference)).toBe('accepted');
  });

  it('keeps the host of an international name as it is dialled', () => {
    expect(parseImageUrl('https://例子.example/', nothing)).toMatchObject({
      host: 'xn--fsqu00a.example',
    });
  });

  it('shows the beginning of what is no link, without its query', () => {
    expect(parseImageUrl(`img/${'x'.repeat(100)}.jpg?signature=secret`, nothing)).toEqual({
      code: 'E_URL_INVALID',
      params: { value: `img/${'x'.repeat(56)}…` },
    });
    expect(parseImageUrl('a.jpg?signature=secret', nothing)).toMatchObject({
      params: { value: 'a.jpg' },
    });
  });

  it('lets an allowed host use any address and any port', () => {
    const list = createAllowList({ hosts: ['minio', '127.0.0.1:9000'], cidrs: [] });
    expect(codeOf('http://minio:9000/a.jpg', list)).toBe('accepted');
    expect(codeOf('http://127.0.0.1:9000/a.jpg', list)).toBe('accepted');
    expect(codeOf('http://127.0.0.1:9001/a.jpg', list)).toBe('E_URL_BLOCKED');
    expect(codeOf('ftp://minio/a.jpg', list)).toBe('E_URL_SCHEME');
  });

  it('lets an allowed address use any port, and leaves names to what they resolve to', () => {
    const list = createAllowList({ hosts: [], cidrs: ['10.0.0.0/8'] });
    expect(codeOf('http://10.0.0.5:9000/a.jpg', list)).toBe('accepted');
    expect(codeOf('http://192.168.0.5/a.jpg', list)).toBe('E_URL_BLOCKED');
    expect(codeOf('http://8.8.8.8:9000/a.jpg', list)).toBe('E_URL_PORT');
    expect(codeOf('http://cdn.internal:9000/a.jpg', list)).toBe('accepted');
  });

  it('answers every text with a target or a fault', () => {
    const texts = fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseImageUrl(text, nothing);
        if ('code' in result) return;
        expect(result.url.protocol).toMatch(/^https?:$/);
        expect([80, 443]).toContain(result.port);
      }),
    );
  });
});

describe('toNextHop', () => {
  it.each([
    ['http://shop.example/a', '/b.jpg', 'http://shop.example/b.jpg'],
    ['http://shop.example/a', 'https://cdn.example/b.jpg', 'https://cdn.example/b.jpg'],
    ['https://shop.example/a', '//cdn.example/b.jpg', 'https://cdn.example/b.jpg'],
    ['https://shop.example/a', 'http://cdn.example/b.jpg', 'E_URL_DOWNGRADE'],
    ['http://shop.example/a', 'http://127.0.0.1/', 'E_URL_BLOCKED'],
    ['https://shop.example/a', 'http://127.0.0.1/', 'E_URL_BLOCKED'],
    ['http://shop.example/a', 'file:///etc/passwd', 'E_URL_SCHEME'],
    ['http://shop.example/a', 'http://shop.example:22/', 'E_URL_PORT'],
    ['http://shop.example/a', 'http://[', 'E_URL_INVALID'],
  ])('from %s to %s: %s', (start, location, expected) => {
    const next = toNextHop(from(start), location, nothing);
    expect('code' in next ? next.code : next.url.href).toBe(expected);
  });
});
