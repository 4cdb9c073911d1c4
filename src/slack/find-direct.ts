// The direct message of a person with Darkroom.

import type { Clients } from './clients.ts';

/** Its channel; undefined where there is none. */
export async function findDirect(
  user: string,
  { steady }: Pick<Clients, 'steady'>,
): Promise<string | undefined> {
  let cursor: string | undefined;
  do {
    const { channels = [], response_metadata: more } = await steady.conversations.list({
      types: 'im',
      limit: 999,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const direct = channels.find((channel) => channel.user === user);
    if (direct?.id !== undefined) return direct.id;
    cursor = more?.next_cursor === '' ? undefined : more?.next_cursor;
  } while (cursor !== undefined);
  return undefined;
}
