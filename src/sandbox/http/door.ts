// A server's door: open on one loopback port, or shut so that connections are refused there.

import type { Server } from 'node:http';
import { listenOnLoopback } from './listen.ts';

export interface Door {
  readonly port: number;
  /** Refuses new connections; what is under way goes on. Repeatable. */
  refuse(): void;
  /** Refuses new connections and ends the others at once. Repeatable. */
  shut(): void;
  /** Opens the same port again. Repeatable. */
  open(): Promise<void>;
}

/** Opens on `wanted`, or on a free port for 0. Rejects where the port is taken. */
export async function openDoor(server: Server, wanted = 0): Promise<Door> {
  const port = await listenOnLoopback(server, wanted);
  const refuse = (): void => {
    if (server.listening) server.close();
  };
  return {
    port,
    refuse,
    shut: () => {
      refuse();
      server.closeAllConnections();
    },
    open: async () => {
      if (!server.listening) await listenOnLoopback(server, port);
    },
  };
}
