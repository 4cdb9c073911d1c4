// Everything that the workspace remembers, and the one place that tells others what changed.
import type { Ephemeral, FileObject, Message, View } from './slack-objects.ts';

export type Change =
  | { kind: 'message'; channel: string; message: Message }
  | { kind: 'removed'; channel: string; ts: string }
  | { kind: 'ephemeral'; user: string; ephemeral: Ephemeral }
  | { kind: 'ephemeral-removed'; user: string; ts: string }
  | { kind: 'view'; user: string; view: View | undefined }
  | { kind: 'channels' }
  | { kind: 'call' }
  | { kind: 'event' }
  | { kind: 'connection' };

export interface StoredFile {
  object: FileObject;
  bytes: Buffer | undefined;
  /** Declared by files.getUploadURLExternal; the bytes that come must be as many. */
  declaredLength: number;
  deleted: boolean;
}

export interface Store {
  files: Map<string, StoredFile>;
  ephemerals: Ephemeral[];
  /** The open modals of each person, the topmost last. */
  modals: Map<string, View[]>;
  homes: Map<string, View>;
  messages(channel: string): Message[];
  message(channel: string, ts: string): Message | undefined;
  thread(channel: string, ts: string): Message[];
  put(message: Message): void;
  remove(channel: string, ts: string): void;
  putEphemeral(ephemeral: Ephemeral): void;
  removeEphemeral(ts: string): void;
  setModals(user: string, stack: View[]): void;
  /** Of now, or of a moment in the past; milliseconds since 1970. */
  nextTs(atMs?: number): string;
  nextId(prefix: string): string;
  changed(change: Change): void;
  onChange(listener: (change: Change) => void): () => void;
}

/** Creates an empty store. Timestamps that it hands out are unique and rise, as Slack's do within a channel. */
export function createStore(): Store {
  const channels = new Map<string, Message[]>();
  const ephemerals: Ephemeral[] = [];
  const modals = new Map<string, View[]>();
  const listeners = new Set<(change: Change) => void>();
  const changed = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const messages = (channel: string): Message[] => channels.get(channel) ?? [];
  return {
    files: new Map(),
    ephemerals,
    modals,
    homes: new Map(),
    messages,
    message: (channel, ts) => messages(channel).find((message) => message.ts === ts),
    thread: (channel, ts) =>
      messages(channel).filter((message) => message.ts === ts || message.thread_ts === ts),
    put(message) {
      const list = messages(message.channel);
      if (!list.includes(message)) list.push(message);
      list.sort((one, other) => Number(one.ts) - Number(other.ts));
      channels.set(message.channel, list);
      changed({ kind: 'message', channel: message.channel, message });
    },
    remove(channel, ts) {
      const kept = messages(channel).filter((message) => message.ts !== ts);
      channels.set(channel, kept);
      changed({ kind: 'removed', channel, ts });
    },
    ...ephemeralDrawer(ephemerals, changed),
    setModals(user, stack) {
      modals.set(user, stack);
      changed({ kind: 'view', user, view: stack.at(-1) });
    },
    ...createCounters(),
    changed,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function ephemeralDrawer(
  ephemerals: Ephemeral[],
  changed: Store['changed'],
): Pick<Store, 'putEphemeral' | 'removeEphemeral'> {
  return {
    putEphemeral(ephemeral) {
      const at = ephemerals.findIndex(({ ts }) => ts === ephemeral.ts);
      if (at >= 0) ephemerals[at] = ephemeral;
      else ephemerals.push(ephemeral);
      changed({ kind: 'ephemeral', user: ephemeral.user, ephemeral });
    },
    removeEphemeral(ts) {
      const at = ephemerals.findIndex((ephemeral) => ephemeral.ts === ts);
      const [removed] = at >= 0 ? ephemerals.splice(at, 1) : [];
      if (removed) changed({ kind: 'ephemeral-removed', user: removed.user, ts });
    },
  };
}

function createCounters(): Pick<Store, 'nextTs' | 'nextId'> {
  let lastMicros = 0;
  let past = 0;
  let lastId = 0;
  return {
    nextTs(atMs) {
      if (atMs !== undefined) {
        past = (past + 1) % 1000;
        return toTs(Math.floor(atMs) * 1000 + past);
      }
      lastMicros = Math.max(Date.now() * 1000, lastMicros + 1);
      return toTs(lastMicros);
    },
    nextId(prefix) {
      lastId += 1;
      return prefix + lastId.toString(36).toUpperCase().padStart(10, '0');
    },
  };
}

function toTs(micros: number): string {
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  return `${Math.floor(micros / 1_000_000)}.${fraction}`;
}
