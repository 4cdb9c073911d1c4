// What Darkroom says about a batch besides its progress: a message that is posted once and stays as it is.

import type { Clients } from '../clients.ts';
import { pause } from '../pause.ts';
import type { Place } from './own-message.ts';
import { postOnce } from './post-once.ts';
import type { Stand, ThreadMemory, ThreadState } from '../thread-memory.ts';

export interface SayNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'readThread' | 'writeThread'>;
}

export interface Note {
  /** Its batch's number, or another name of what it is about. */
  readonly about: string;
  /** Tells it from other notes about the same; letters, digits and underscores. */
  readonly what: string;
  readonly text: string;
  /** Where to say it, or where to look for it: what was begun then has an unknown outcome. */
  place(begunMs: number | undefined): Place | Promise<Place>;
}

/** Resolves to where it stands, or undefined while an earlier post may still arrive: then it is to be called again.
 *  So it is where it rejects, which is with what the client threw. */
export async function sayOnce(
  { about, what, text, place }: Note,
  { clients, memory }: SayNeeds,
): Promise<Stand | undefined> {
  const field = `said:${what}` as const;
  const { [field]: said } = await memory.readThread(about);
  if (typeof said === 'object') return said;
  const posted = await postOnce(
    {
      place: await place(said),
      message: { text },
      tag: { type: `darkroom_${what}`, batchId: about },
      begunMs: said,
      mark: (begunMs) => memory.writeThread(about, { [field]: begunMs }),
    },
    clients,
  );
  if (posted === undefined) return undefined;
  const { channel, ts } = posted;
  await memory.writeThread(about, { [field]: { channel, ts } });
  return { channel, ts };
}

/** Where everything stands that was said about it. */
export function findSaid(thread: ThreadState): readonly Stand[] {
  const said = Object.entries(thread).filter(([field]) => field.startsWith('said:'));
  return said.flatMap(([, stand]) => (isStand(stand) ? [stand] : []));
}

function isStand(value: unknown): value is Stand {
  return typeof value === 'object' && value !== null && 'channel' in value && 'ts' in value;
}

const lookAgainMs = 1_000;

/** Waits out a post that may still arrive. Rejects with what the client threw. */
export async function sayForCertain(
  note: Note,
  needs: SayNeeds,
  signal: AbortSignal,
): Promise<Stand> {
  for (;;) {
    const stand = await sayOnce(note, needs);
    if (stand !== undefined) return stand;
    await pause(lookAgainMs, signal);
  }
}
