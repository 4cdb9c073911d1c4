// A port of this machine that nothing listens on.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { listenOnLoopback } from './listen.ts';

/** Free at the moment of asking; for programs that must be told their port before they start. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  server.close();
  await once(server, 'close');
  return port;
}
