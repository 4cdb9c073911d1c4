// Builds the shared state of one workspace from its options, and takes it down again.
import { randomBytes } from 'node:crypto';
import { Delivery } from './delivery.ts';
import { createFaultDesk } from './faults.ts';
import { createHttpTransport } from './http-transport.ts';
import { createTeam } from './people.ts';
import { createReplyUrls } from './reply-urls.ts';
import { SocketTransport } from './socket-transport.ts';
import { createStore } from './store.ts';
import { createTriggers } from './triggers.ts';
import { defaultEvents, defaultScopes, type Settings, type World } from './world.ts';

export interface WorldOptions {
  mode?: 'socket' | 'http';
  /** Where the bot listens in HTTP mode; asked for each request. */
  botEventsUrl?: () => string;
  /** The bot's name in mentions. */
  botName?: string;
  /** What the app was granted; by default what Darkroom's manifest asks for. */
  scopes?: string[];
  /** Subscribed events, named as in a manifest (`message.channels`). */
  events?: string[];
  /** Slash commands that the app has. */
  commands?: string[];
  /** Message shortcuts that the app has, as a message's menu shows them. */
  shortcuts?: Settings['shortcuts'];
  /** Files that the page offers to drop, by name; also at `/samples/<name>`. */
  samples?: Settings['samples'];
  /** How long the bot has to acknowledge; Slack gives 3 seconds. */
  ackTimeoutMs?: number;
  /** The pauses before an event is sent again; Slack waits 0, 1 and 5 minutes. */
  retryDelaysMs?: number[];
  /** How long after an upload was completed its message appears. */
  shareDelayMs?: number;
  /** How long a trigger id is good; Slack's last 3 seconds. */
  triggerTtlMs?: number;
  /** Keeps to Slack's rate limits from the start. */
  rateTiers?: boolean;
}

const slackRetryDelaysMs = [0, 60_000, 300_000];

/** Creates a world. `listen` tells it its port once that is known. */
export function createWorld(options: WorldOptions): {
  world: World;
  listen: (port: number) => void;
  close: () => void;
} {
  let port = 0;
  const timers = createTimers();
  const settings = toSettings(options);
  const team = createTeam(options.botName ?? 'darkroom');
  const store = createStore();
  const desk = createFaultDesk(options.rateTiers ?? false);
  const ackTimeoutMs = options.ackTimeoutMs ?? 3000;
  const tokens = createTokens();
  const socket = new SocketTransport({
    appId: team.appId,
    ackTimeoutMs,
    onConnection: () => store.changed({ kind: 'connection' }),
  });
  const http = createHttpTransport({
    botUrl: options.botEventsUrl ?? (() => 'http://127.0.0.1:3000/slack/events'),
    signingSecret: tokens.signingSecret,
    ackTimeoutMs,
  });
  const delivery = new Delivery({
    transport: settings.mode === 'socket' ? socket : http,
    tricks: desk.tricks,
    retryDelaysMs: options.retryDelaysMs ?? slackRetryDelaysMs,
    onProgress: () => store.changed({ kind: 'event' }),
  });
  const world: World = {
    settings,
    team,
    store,
    desk,
    delivery,
    socket,
    tokens,
    replyUrls: createReplyUrls(store, team),
    triggers: createTriggers(settings.triggerTtlMs),
    baseUrl: () => `http://127.0.0.1:${port}`,
    later: timers.later,
  };
  const close = (): void => {
    delivery.close();
    socket.close();
    timers.clear();
  };
  return { world, listen: (bound) => void (port = bound), close };
}

function createTimers(): { later: World['later']; clear: () => void } {
  const timers = new Set<NodeJS.Timeout>();
  return {
    later(delayMs, work) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        work();
      }, delayMs);
      timers.add(timer);
    },
    clear: () => timers.forEach(clearTimeout),
  };
}

function toSettings(options: WorldOptions): Settings {
  return {
    mode: options.mode ?? 'socket',
    scopes: new Set(options.scopes ?? defaultScopes),
    events: new Set(options.events ?? defaultEvents),
    commands: options.commands ?? ['/batch'],
    shortcuts: options.shortcuts ?? [{ name: 'Run a batch', callbackId: 'run_batch' }],
    samples: options.samples ?? {},
    shareDelayMs: options.shareDelayMs ?? 150,
    triggerTtlMs: options.triggerTtlMs ?? 3000,
  };
}

function createTokens(): World['tokens'] {
  const [bot = '', app = '', signingSecret = ''] = [12, 12, 16].map((length) =>
    randomBytes(length).toString('hex'),
  );
  return { bot: `xoxb-sandbox-${bot}`, app: `xapp-1-sandbox-${app}`, signingSecret };
}
