// A door in front of Redis that passes everything on and counts the commands.

import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../../src/sandbox/http/listen.ts';
import { createCommandCounter } from './command-counter.ts';

export interface RedisRelay extends AsyncDisposable {
  readonly url: string;
  /** Sent by all clients so far. */
  commands(): number;
}

/** `url`: redis://127.0.0.1:port */
export async function startRedisRelay(url: string): Promise<RedisRelay> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let closed = 0;
  const counters = new Set<ReturnType<typeof createCommandCounter>>();
  const server = createServer({ noDelay: true }, (client) => {
    const redis = connect({ host: hostname, port: Number(port), noDelay: true });
    const counter = createCommandCounter();
    counters.add(counter);
    client.on('data', (bytes) => counter.read(Buffer.from(bytes)));
    client.pipe(redis).pipe(client);
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.once('close', () => {
      closed += counter.commands;
      counters.delete(counter);
    });
  });
  const ownPort = await listenOnLoopback(server);
  return {
    url: `redis://127.0.0.1:${ownPort}`,
    commands: () => closed + [...counters].reduce((sum, { commands }) => sum + commands, 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}
