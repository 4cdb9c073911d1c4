// Loopback ports for the sandbox's servers.

import { once } from 'node:events';
import type { Server } from 'node:net';

/** Starts listening on 127.0.0.1 and gives the port; 0 asks for a free one.
 *  Rejects where the port is taken. */
export async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port to listen on.');
  return address.port;
}
