// The direct message of a person with Darkroom.

import type { Clients } from './clients.ts';
import { readPages } from './read-pages.ts';

/** Its channel; undefined where there is none. */
export async function findDirect(
  user: string,
  { steady }: Pick<Clients, 'steady'>,
): Promise<string | undefined> {
  const list = { types: 'im', limit: 999 };
  const pages = readPages((cursor) => steady.conversations.list({ ...list, ...cursor }));
  for await (const { channels = [] } of pages) {
    const direct = channels.find((channel) => channel.user === user);
    if (direct?.id !== undefined) return direct.id;
  }
  return undefined;
}
