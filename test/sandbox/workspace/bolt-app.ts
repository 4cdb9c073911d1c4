// A small real Bolt app for these tests, connected to a workspace in Socket Mode or over HTTP.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import type { WorkspaceOptions } from '../../../src/sandbox/workspace/workspace.ts';

export interface BoltSetup {
  workspace: Workspace;
  app: App;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts both and calls `listen` before the app connects. */
export async function startBolt(
  options: WorkspaceOptions,
  listen: (app: App, workspace: Workspace) => void = () => {},
): Promise<BoltSetup> {
  const botPort = await freePort();
  const workspace = await startWorkspace({
    shareDelayMs: 10,
    retryDelaysMs: [0, 50, 100],
    botEventsUrl: () => `http://127.0.0.1:${botPort}/slack/events`,
    ...options,
  });
  const app = createApp(workspace, options.mode ?? 'socket');
  listen(app, workspace);
  await app.start(botPort);
  await workspace.waitForBot();
  return {
    workspace,
    app,
    async [Symbol.asyncDispose]() {
      await app.stop();
      // Bolt's stop settles before its socket is closed.
      await workspace.waitFor(() => !workspace.connected());
      await workspace.close();
    },
  };
}

function createApp(workspace: Workspace, mode: 'socket' | 'http'): App {
  const clientOptions = {
    slackApiUrl: workspace.apiUrl,
    retryConfig: { retries: 1, minTimeout: 10, maxTimeout: 20 },
  };
  const logLevel = LogLevel.ERROR;
  const receiver =
    mode === 'http'
      ? new HTTPReceiver({ signingSecret: workspace.signingSecret, logLevel })
      : new SocketModeReceiver({
          appToken: workspace.appToken,
          clientPingTimeout: 100,
          logLevel,
          installerOptions: { clientOptions },
        });
  return new App({ token: workspace.botToken, receiver, clientOptions, logLevel });
}

/** A text field of an answer whose type does not name it. */
export function fieldOf(answer: object, name: string): string {
  return String(Reflect.get(answer, name));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}
