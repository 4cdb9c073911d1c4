// A cell's image reference -> a URL that may be asked for, as far as its text alone can tell. What its
// name resolves to is judged when it is dialled (address-check.ts).

import { isIP } from 'node:net';
import { toFault, type Fault } from '../errors.ts';
import { toHost, type AllowList } from './allow-list.ts';
import { judgeAddresses, judgeName } from './address-check.ts';

const maxLength = 4096;
const shownLength = 60;

export interface ImageTarget {
  readonly url: URL;
  readonly host: string;
  readonly port: number;
}

/** A target that may be dialled, or the fault that the row fails with. */
export function parseImageUrl(reference: string, allowList: AllowList): ImageTarget | Fault {
  const text = reference.trim();
  if (text.length > maxLength) {
    return toFault('E_URL_TOO_LONG', { length: text.length, limit: maxLength });
  }
  // The parser drops tabs and line ends silently: two links in one cell would become one.
  const url = /[\t\r\n]/.test(text) ? null : URL.parse(text);
  if (url === null || isHalfUrl(text)) return toFault('E_URL_INVALID', { value: toShown(text) });
  const target = { url, host: toHost(url), port: toPort(url) };
  return judgeForm(target) ?? judgePlace(target, allowList) ?? target;
}

function judgeForm({ url, host }: ImageTarget): Fault | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return toFault('E_URL_SCHEME', { scheme: url.protocol });
  }
  if (url.username !== '' || url.password !== '') return toFault('E_URL_CREDENTIALS', {});
  return isSlack(host) ? toFault('E_URL_SLACK', {}) : undefined;
}

function judgePlace(target: ImageTarget, allowList: AllowList): Fault | undefined {
  if (allowList.hasHost(target.host, target.port)) return undefined;
  return isIP(target.host) === 0
    ? judgeName(target, allowList)
    : judgeAddresses([target.host], target, allowList);
}

/** `shop.example:8080/a.jpg` and `C:\a.jpg` parse as if what precedes the colon were a scheme, and
 *  `https:a.jpg` as if it had slashes. */
function isHalfUrl(text: string): boolean {
  const [, scheme = '', rest = ''] = /^([^:]*):([^]*)$/.exec(text) ?? [];
  if (/^https?$/i.test(scheme)) return !rest.startsWith('//');
  return scheme.length < 2 || scheme.includes('.') || /^\d/.test(rest);
}

function toPort(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** Without the query, which may hold a signature. */
function toShown(text: string): string {
  const path = text.replace(/[?#][^]*$/, '').replaceAll(/\s+/g, ' ');
  return path.length > shownLength ? `${path.slice(0, shownLength)}…` : path;
}

function isSlack(host: string): boolean {
  return host === 'slack.com' || host.endsWith('.slack.com') || host === 'slack-files.com';
}
