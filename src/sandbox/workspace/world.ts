// What every part of the workspace shares: settings, people, the store, and the way to the bot.
import type { Delivery } from './delivery.ts';
import type { FaultDesk } from './faults.ts';
import type { Team } from './people.ts';
import type { ReplyUrls } from './reply-urls.ts';
import type { SocketTransport } from './socket-transport.ts';
import type { Store } from './store.ts';
import type { Triggers } from './triggers.ts';

export interface Settings {
  mode: 'socket' | 'http';
  scopes: Set<string>;
  /** Subscribed events, named as in the app's manifest. */
  events: Set<string>;
  commands: string[];
  shortcuts: { name: string; callbackId: string }[];
  /** Files that the page offers to drop, by name. */
  samples: Record<string, () => Promise<string | Buffer> | string | Buffer>;
  /** How long after completeUploadExternal the file appears in its channel. */
  shareDelayMs: number;
  triggerTtlMs: number;
}

export interface World {
  settings: Settings;
  team: Team;
  store: Store;
  desk: FaultDesk;
  delivery: Delivery;
  socket: SocketTransport;
  replyUrls: ReplyUrls;
  triggers: Triggers;
  tokens: { bot: string; app: string; signingSecret: string };
  /** The workspace's address, without a slash at the end. */
  baseUrl: () => string;
  /** Runs a piece of work later, unless the workspace is closed before. */
  later: (delayMs: number, work: () => void) => void;
}

/** What an app with Darkroom's manifest asks for. */
export const defaultScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'mpim:history',
  'mpim:read',
  'reactions:write',
  'users:read',
];

export const defaultEvents = [
  'app_mention',
  'member_joined_channel',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
];
