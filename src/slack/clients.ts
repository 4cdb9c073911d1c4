// Slack's Web API clients. One repeats requests that are safe to repeat; the other never repeats
// anything, for requests that post: a repeated post would be a second message.

import { LogLevel, type Logger as BoltLogger } from '@slack/bolt';
import { WebClient, WebClientEvent, type WebClientOptions } from '@slack/web-api';
import type { Logger } from '../logger.ts';

export interface Clients {
  /** For reading and for requests whose repetition changes nothing. */
  readonly steady: WebClient;
  /** For posting: one attempt, and a 429 is handed to the caller at once. */
  readonly once: WebClient;
}

const text = (parts: readonly unknown[]): string => parts.map(String).join(' ');
const nothing = (): void => undefined;

/** Bolt's and the clients' own messages: warnings and errors only, their debug lines hold bodies. */
export function toBoltLogger(log: Logger): BoltLogger {
  return {
    debug: nothing,
    info: nothing,
    warn: (...parts: unknown[]) => log.warn(text(parts)),
    error: (...parts: unknown[]) => log.error(text(parts)),
    setLevel: nothing,
    getLevel: () => LogLevel.WARN,
    setName: nothing,
  };
}

/** A new object for every client: socket-mode and web-api write into the object that they are given. */
export function buildClientOptions(log: Logger, apiUrl: string | undefined): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    logger: toBoltLogger(log),
    timeout: 10_000,
    retryConfig: { retries: 3, factor: 2, minTimeout: 500, maxTimeout: 5_000, randomize: true },
  };
}

/** The listener is told the method of every call that Slack turns down for now (429). */
export function onRateLimited({ steady, once }: Clients, listener: (method: string) => void): void {
  const tell = (_seconds: number, { url }: { readonly url: string }): void =>
    listener(url.slice(url.lastIndexOf('/') + 1));
  for (const client of [steady, once]) client.on(WebClientEvent.RATE_LIMITED, tell);
}

export function createClients(token: string, log: Logger, apiUrl: string | undefined): Clients {
  const options = buildClientOptions(log, apiUrl);
  return {
    steady: new WebClient(token, options),
    once: new WebClient(token, {
      ...buildClientOptions(log, apiUrl),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 15_000,
    }),
  };
}
