// A local Slack workspace: a real server that a real Bolt app connects to, and the things that people do in it.
// It is simulated; nothing leaves this machine.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecord } from './call-log.ts';
import { createWorld, type WorldOptions } from './create-world.ts';
import type { EventRecord } from './delivery.ts';
import type { Faults } from './faults.ts';
import { createHttpServer } from './http-server.ts';
import { createPage } from './page-server.ts';
import { findChannel, findPerson, type Team } from './people.ts';
import * as interactions from './person-interactions.ts';
import * as messages from './person-messages.ts';
import type { Ephemeral, Message, View } from './slack-objects.ts';
import type { Change } from './store.ts';
import { createWebApi } from './web-api.ts';
import type { World } from './world.ts';

export interface WorkspaceOptions extends WorldOptions {
  /** 0, the default, takes a free port. */
  port?: number;
}

/** What people do. `user` is an id or a short name such as `ada`; `channel` an id or a name such as `products`. */
export interface PeopleActions {
  drop(said: messages.Said & { files: messages.DroppedFile[] }): Promise<messages.Place>;
  say(said: messages.Said & { text: string }): Promise<messages.Place>;
  slash(command: interactions.SlashCommand): Promise<interactions.SlashReply[]>;
  click(click: interactions.Click): Promise<void>;
  shortcut(asked: interactions.ShortcutUse): Promise<void>;
  submitModal(asked: interactions.ModalValues): Promise<Record<string, string> | undefined>;
  closeModal(asked: { user: string }): Promise<void>;
  openHome(asked: { user: string; tab?: 'home' | 'messages' }): Promise<void>;
  invite(asked: { channel: string; user?: string }): Promise<void>;
  removeBot(asked: { channel: string }): Promise<void>;
  archive(asked: { channel: string }): Promise<void>;
  deleteMessage(place: messages.Place): Promise<void>;
  deleteFile(id: string): Promise<void>;
}

/** What there is to see. */
export interface Readings {
  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): Message[];
  channelMessages(channel: string): Message[];
  /** What only this person sees, oldest first. */
  ephemerals(user: string): Ephemeral[];
  /** The modal that this person has in front, if any. */
  modal(user: string): View | undefined;
  home(user: string): View | undefined;
  /** A file's name and bytes; throws when there is none. */
  file(id: string): { name: string; bytes: Buffer };
}

export interface Workspace extends PeopleActions, Readings {
  /** The page, with a slash at the end. */
  url: string;
  /** For SLACK_API_URL. */
  apiUrl: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
  people: Team['people'];
  channels: Team['channels'];
  calls: CallRecord[];
  events: EventRecord[];
  faults: Faults;
  /** Sends an event once more, as a retry with the same event id; without an id, the last one. */
  redeliver(eventId?: string): Promise<void>;
  /** True while a socket is open. */
  connected(): boolean;
  /** Waits until a socket is open (Socket Mode) or the bot answers Slack's challenge (HTTP mode). */
  waitForBot(timeoutMs?: number): Promise<void>;
  /** Cuts every socket without a word. */
  dropSockets(): void;
  /** Asks the bot to connect again, as Slack does from time to time. */
  disconnectSockets(reason?: string): void;
  onChange(listener: (change: Change) => void): () => void;
  /** Settles with the first truthy answer of `probe`, asked again and again; throws after `timeoutMs`. */
  waitFor<T>(probe: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

const defaultWaitMs = 15_000;
const pollMs = 20;

/** Starts a workspace on the loopback interface. */
export async function startWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const { world, listen, close } = createWorld(options);
  const api = createWebApi(world);
  const page = createPage(world);
  const server = createHttpServer(world, api, page.handle);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  listen(typeof address === 'object' && address ? address.port : 0);
  return {
    url: `${world.baseUrl()}/`,
    apiUrl: `${world.baseUrl()}/api/`,
    botToken: world.tokens.bot,
    appToken: world.tokens.app,
    signingSecret: world.tokens.signingSecret,
    people: world.team.people,
    channels: world.team.channels,
    ...buildActions(world),
    ...buildReadings(world),
    ...buildWire(world),
    calls: api.calls,
    events: world.delivery.events,
    faults: world.desk.faults,
    onChange: world.store.onChange,
    waitFor: (probe, timeoutMs = defaultWaitMs) => waitFor(world, probe, timeoutMs),
    async close() {
      close();
      page.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function buildActions(world: World): PeopleActions {
  return {
    drop: async (said) => messages.drop(world, said),
    say: async (said) => messages.drop(world, { ...said, files: [] }),
    slash: (command) => interactions.slash(world, command),
    click: (asked) => interactions.click(world, asked),
    shortcut: (asked) => interactions.shortcut(world, asked),
    submitModal: (asked) => interactions.submitModal(world, asked),
    closeModal: (asked) => interactions.closeModal(world, asked),
    openHome: async (asked) => messages.openHome(world, asked),
    invite: async (asked) => messages.invite(world, asked),
    removeBot: async (asked) => messages.removeBot(world, asked),
    archive: async (asked) => messages.archive(world, asked),
    deleteMessage: async (place) => messages.deleteMessage(world, place),
    deleteFile: async (id) => messages.deleteFile(world, id),
  };
}

function buildReadings({ store, team }: World): Readings {
  const channelId = (name: string): string => findChannel(team, name)?.id ?? name;
  const personId = (name: string): string => findPerson(team, name)?.id ?? name;
  return {
    thread: (channel, ts) => store.thread(channelId(channel), ts),
    channelMessages: (channel) => store.messages(channelId(channel)),
    ephemerals: (user) => store.ephemerals.filter((one) => one.user === personId(user)),
    modal: (user) => store.modals.get(personId(user))?.at(-1),
    home: (user) => store.homes.get(personId(user)),
    file(id) {
      const stored = store.files.get(id);
      if (!stored?.bytes) throw new Error(`there is no file ${id}`);
      return { name: stored.object.name ?? '', bytes: stored.bytes };
    },
  };
}

type Wire = Pick<
  Workspace,
  'redeliver' | 'connected' | 'waitForBot' | 'dropSockets' | 'disconnectSockets'
>;

function buildWire(world: World): Wire {
  const { delivery, socket } = world;
  return {
    async redeliver(eventId) {
      const isIt = (event: EventRecord): boolean =>
        eventId === undefined || event.eventId === eventId;
      const event = delivery.events.findLast(isIt);
      if (!event) throw new Error('no such event was sent');
      await delivery.redeliver(event);
    },
    connected: () => socket.isOpen(),
    waitForBot: (timeoutMs = defaultWaitMs) =>
      world.settings.mode === 'socket'
        ? waitFor(world, () => socket.isOpen(), timeoutMs).then(() => undefined)
        : waitForAnswer(world, Date.now() + timeoutMs),
    dropSockets: () => socket.dropSockets(),
    disconnectSockets: (reason = 'refresh_requested') => socket.disconnectSockets(reason),
  };
}

async function waitForAnswer(world: World, until: number): Promise<void> {
  while (!(await world.delivery.challenge())) {
    if (Date.now() > until) throw new Error('the bot did not answer the challenge');
    await sleep(50, undefined, { ref: false });
  }
}

/** Keeps no process alive: the workspace does that while it is open. */
function waitFor<T>(
  { store }: World,
  probe: () => T | undefined | false,
  timeoutMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const unlisten = store.onChange(() => queueMicrotask(check));
    // A probe may also look at what is not the workspace's, such as what a bot has noted.
    const ticks = setInterval(check, pollMs).unref();
    const stop = (): void => {
      unlisten();
      clearInterval(ticks);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`nothing of this came within ${timeoutMs} ms: ${probe.toString()}`));
    }, timeoutMs).unref();
    function settle(end: () => void): void {
      clearTimeout(timer);
      stop();
      end();
    }
    function check(): void {
      try {
        const found = probe();
        if (found !== undefined && found !== false) settle(() => resolve(found));
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    }
    check();
  });
}
