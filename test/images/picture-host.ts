// A real HTTP server on loopback that counts the connections made to it.

import { createServer, type RequestListener } from 'node:http';

export interface PictureHost extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`, or with another address that it listens on. */
  readonly url: string;
  readonly connections: () => number;
  readonly requests: () => number;
}

export async function startPictureHost(
  listener: RequestListener,
  address = '127.0.0.1',
): Promise<PictureHost> {
  let connections = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('not listening on a port');
  const { port } = bound;
  return {
    port,
    url: `http://${address}:${port}`,
    connections: () => connections,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
