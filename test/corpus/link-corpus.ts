// The links of the corpus: U1 to U21, and what may be at their end. Hosts are real ones on loopback, which
// the source is allowed to ask by their address and port alone.

import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import { createAllowList } from '../../src/images/allow-list.ts';
import { createImageSource, type ImageSourceOptions } from '../../src/images/image-source.ts';
import { parseImageUrl } from '../../src/images/image-url.ts';
import { toNextHop } from '../../src/images/redirect.ts';
import { startPictureHost } from '../images/picture-host.ts';
import { toEntries, type Entry, type Line, type Outcome } from './entry.ts';

const nobody = createAllowList({ hosts: [], cidrs: [] });
const { signal } = new AbortController();
const page = '<!doctype html><title>Sign in</title>';

async function fetchFrom(
  link: string,
  options: Partial<ImageSourceOptions> = {},
): Promise<Outcome> {
  const source = createImageSource({
    allowHosts: [],
    allowPrivateCidrs: [],
    retryMs: 1,
    ...options,
  });
  try {
    const image = await source.prepare(link, { pixelBudget: 262_144, signal });
    return 'code' in image ? image : 'accepted';
  } finally {
    await source.close();
  }
}

const link = (text: string) => (): Promise<Outcome> => fetchFrom(text);

/** A link to a host that answers like this. */
const answered =
  (listener: RequestListener, path = '/a.jpg') =>
  async (): Promise<Outcome> => {
    await using host = await startPictureHost(listener);
    return await fetchFrom(`${host.url}${path}`, { allowHosts: [`127.0.0.1:${host.port}`] });
  };

/** A name that leads to a private address. */
const resolved = (address: string) => (): Promise<Outcome> =>
  fetchFrom('http://evil.example/a.jpg', { lookup: async () => [{ address, family: 4 }] });

/** A name that leads to an allowed address at first, and to another one when it is asked again. */
async function rebound(): Promise<Outcome> {
  await using host = await startPictureHost((_request, response) => {
    response.writeHead(503, { connection: 'close' }).end();
  });
  const answers = ['127.0.0.1'];
  return await fetchFrom(`http://evil.example:${host.port}/a.jpg`, {
    allowPrivateCidrs: ['127.0.0.1/32'],
    lookup: async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }],
  });
}

function redirect(to: string): () => Promise<Outcome> {
  return answered((_request, response) => response.writeHead(302, { location: to }).end());
}

/** Where a link is judged by its text alone: the host as it would be asked. */
const parsed = (text: string) => (): Outcome => {
  const target = parseImageUrl(text, nobody);
  return 'code' in target ? target : target.host;
};

const downgrade = (): Outcome => {
  const start = parseImageUrl('https://shop.example/a.jpg', nobody);
  if ('code' in start) return start;
  const next = toNextHop(start, 'http://shop.example/a.jpg', nobody);
  return 'code' in next ? next : next.url.href;
};

const each = (id: string, code: string, texts: readonly string[]): readonly Line[] =>
  texts.map((text) => [id, text.slice(0, 60), code, link(text)]);

const rows: readonly Line[] = [
  ...each('U1', 'E_URL_INVALID', ['photo.jpg', 'shop.example/a.jpg', 'C:\\a.jpg']),
  ...each('U2', 'E_URL_INVALID', ['/a.jpg', '//shop.example/a.jpg']),
  ...each('U3', 'E_URL_SCHEME', [
    'file:///etc/passwd',
    'ftp://shop.example/a.jpg',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
  ]),
  ...each('U4', 'E_URL_CREDENTIALS', ['https://user:pw@shop.example/a.jpg']),
  ...each('U5', 'E_URL_PORT', ['http://shop.example:22/', 'http://shop.example:6379/']),
  ...each('U6', 'E_URL_BLOCKED', [
    'http://127.0.0.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://0/',
  ]),
  ...each('U7', 'E_URL_BLOCKED', [
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://①②⑦.⓪.⓪.①/',
  ]),
  ...each('U8', 'E_URL_BLOCKED', [
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://168.63.129.16/',
  ]),
  ...each('U9', 'E_URL_BLOCKED', [
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[2002:a00:1::]/',
  ]),
  ['U10', 'a name for a private address', 'E_URL_BLOCKED', resolved('10.0.0.1')],
  ['U11', 'a name that changes its mind between two tries', 'E_URL_BLOCKED', rebound],
  ['U12', 'a redirect to a private address', 'E_URL_BLOCKED', redirect('http://10.0.0.1/a.jpg')],
  ['U13', 'a redirect to itself', 'E_URL_REDIRECTS', redirect('/a.jpg')],
  ['U14', 'from https to http', 'E_URL_DOWNGRADE', downgrade],
  ...each('U15', 'E_URL_TOO_LONG', [`https://shop.example/${'a'.repeat(4096)}`]),
  ...each('U17', 'E_URL_INVALID', [
    'https://shop .example/a.jpg',
    'https://shop.example/a.jpg\nhttps://shop.example/b.jpg',
  ]),
  [
    'U18',
    'a share page',
    'E_IMAGE_NOT_IMAGE',
    answered((_request, response) => response.end(page)),
  ],
  [
    'U19',
    'a gzip bomb',
    'E_IMAGE_ENCODING',
    answered((_request, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000))),
    ),
  ],
  [
    'U20',
    'a signed link that has expired',
    'E_IMAGE_HTTP_403',
    answered((_request, response) => response.writeHead(403).end()),
  ],
  ...each('U21', 'E_URL_SLACK', [
    'https://acme.slack.com/archives/C1/p2',
    'https://files.slack.com/files-pri/T1-F1/a.jpg',
  ]),
  [
    'I2',
    'a page that calls itself a JPEG',
    'E_IMAGE_NOT_IMAGE',
    answered((_request, response) => response.setHeader('content-type', 'image/jpeg').end(page)),
  ],
];

const taken: readonly Line[] = [
  ['U16', 'an international name', 'xn--fsqu00a.example', parsed('https://例子.example/图.jpg')],
  ['U17', 'a space in the path', 'shop.example', parsed(' https://shop.example/my photo.jpg ')],
];

export const linkCorpus: readonly Entry[] = [
  ...toEntries('row', rows),
  ...toEntries('nowhere', taken),
];
