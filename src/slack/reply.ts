// An answer to something that a person said, where it was said.

import { setTimeout as wait } from 'node:timers/promises';
import type { Clients } from './clients.ts';
import { patiently } from './patiently.ts';
import { post } from './post.ts';
import { isDirect, type Said } from './drops/to-drops.ts';
import type { Message } from './views/blocks.ts';

/** In a channel always in a thread, so that the channel stays quiet. 'person': for that person's eyes alone. */
export async function reply(
  { text, blocks }: Message,
  said: Said,
  { clients, audience }: { readonly clients: Clients; readonly audience: 'person' | 'thread' },
): Promise<void> {
  const { channel, user, ts, thread_ts: threadTs } = said;
  const thread = isDirect(said) ? threadTs : (threadTs ?? ts);
  const message = {
    channel,
    ...(thread == null ? {} : { thread_ts: thread }),
    text,
    blocks: [...blocks],
  };
  const isAlone = audience === 'person' && !isDirect(said);
  const { postEphemeral } = clients.once.chat;
  await patiently<unknown>(
    () => (isAlone ? postEphemeral({ ...message, user }) : post(clients, message)),
    // A process that ends does not wait for it.
    (ms) => wait(ms, undefined, { ref: false }),
  );
}
