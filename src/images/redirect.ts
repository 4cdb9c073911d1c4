// Where a redirect leads: judged like a link out of a file, and never from https back to http.

import { toFault, type Fault } from '../errors.ts';
import type { AllowList } from './allow-list.ts';
import { parseImageUrl, type ImageTarget } from './image-url.ts';

export function toNextHop(
  from: ImageTarget,
  location: string,
  allowList: AllowList,
): ImageTarget | Fault {
  const next = parseImageUrl(URL.parse(location, from.url.href)?.href ?? location, allowList);
  if ('code' in next) return next;
  const isDowngrade = from.url.protocol === 'https:' && next.url.protocol === 'http:';
  return isDowngrade ? toFault('E_URL_DOWNGRADE', {}) : next;
}
