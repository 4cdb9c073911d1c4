// The way that Slack's events come in: a socket that the bot opens, or HTTP requests that Slack signs.

import { HTTPReceiver, SocketModeReceiver, type Receiver } from '@slack/bolt';
import type { SlackConfig } from '../config.ts';
import type { Logger } from '../logger.ts';
import { buildClientOptions, toBoltLogger } from './clients.ts';

export interface Entrance {
  readonly receiver: Receiver;
  /** True while events can come in. */
  connected(): boolean;
  /** Resolves when nothing comes in any more. */
  stop(): Promise<void>;
}

export function createReceiver(config: SlackConfig, log: Logger): Entrance {
  return config.mode === 'socket'
    ? createSocketEntrance(config, log)
    : createHttpEntrance(config, log);
}

/** Also the step of the wait before a lost socket is opened again. */
const pingTimeoutMs = 3_000;

function createSocketEntrance(
  config: SlackConfig & { readonly mode: 'socket' },
  log: Logger,
): Entrance {
  const receiver = new SocketModeReceiver({
    appToken: config.appToken,
    logger: toBoltLogger(log),
    clientPingTimeout: pingTimeoutMs,
    installerOptions: { clientOptions: buildClientOptions(log, config.apiUrl) },
  });
  let isConnected = false;
  receiver.client.on('connected', () => {
    isConnected = true;
    log.info({}, 'the socket to Slack is open');
  });
  for (const state of ['reconnecting', 'disconnecting', 'disconnected', 'close'] as const) {
    receiver.client.on(state, () => {
      isConnected = false;
    });
  }
  return {
    receiver,
    connected: () => isConnected,
    async stop() {
      // The client's promise resolves before its socket is closed.
      await receiver.client.disconnect();
      isConnected = false;
    },
  };
}

function createHttpEntrance(
  config: SlackConfig & { readonly mode: 'http' },
  log: Logger,
): Entrance {
  const receiver = new HTTPReceiver({
    signingSecret: config.signingSecret,
    port: config.port,
    logger: toBoltLogger(log),
  });
  let isListening = false;
  return {
    receiver: {
      init: (app) => receiver.init(app),
      start: async () => {
        await receiver.start(config.port);
        isListening = true;
      },
      stop: async () => receiver.stop(),
    },
    connected: () => isListening,
    async stop() {
      if (!isListening) return;
      isListening = false;
      await receiver.stop();
    },
  };
}
