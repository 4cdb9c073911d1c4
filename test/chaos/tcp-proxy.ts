// Stands between the bots and a server, and breaks what goes through: connections dropped, refused,
// delayed or silent, and replies lost after the server has done the work.

import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../../src/sandbox/http/listen.ts';

export interface TcpProxy {
  readonly port: number;
  /** Connections that stand now. */
  connections(): number;
  /** Replies that were lost on purpose so far. */
  lostReplies(): number;
  /** Resets every connection. Returns how many there were. */
  dropAll(): number;
  /** Resets every connection, and each new one, until it is called with false. */
  refuse(on: boolean): void;
  /** Nothing goes through, and nobody is told, until it is called with false. */
  stall(on: boolean): void;
  /** Every piece comes so much later, both ways. */
  delay(ms: number): void;
  /** The next `times` replies are lost together with their connection, though the server has done what it
   *  was asked. */
  loseReplies(times: number, only?: Only): void;
  close(): Promise<void>;
}

interface Only {
  /** Only on connections whose first bytes hold this. */
  readonly label?: string;
  /** Only where what was asked last holds this; in small letters, as `label`. */
  readonly asked?: string;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** What the client said first. */
  label: string;
  /** And last. */
  asked: string;
}

const labelBytes = 1024;

/** Listens on a free loopback port for `target`. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  const state = { refuses: false, stalls: false, delayMs: 0, toLose: 0, lost: 0 };
  let only: Only = {};

  const drop = (link: Link): void => {
    links.delete(link);
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
  };

  const onReply = (link: Link, piece: Buffer): boolean => {
    const { label = '', asked = '' } = only;
    const isMeant = link.label.includes(label) && link.asked.includes(asked);
    if (state.toLose === 0 || piece.length === 0 || !isMeant) return false;
    state.toLose -= 1;
    state.lost += 1;
    drop(link);
    return true;
  };

  const listener = createServer((client) => {
    if (state.refuses) {
      client.resetAndDestroy();
      return;
    }
    const link = { client, server: connect(target, '127.0.0.1'), label: '', asked: '' };
    links.add(link);
    client.setNoDelay(true);
    link.server.setNoDelay(true);
    const toServer = createPump(link.server, state);
    const toClient = createPump(client, state);
    client.on('data', (piece) => {
      link.asked = piece.toString('latin1', 0, labelBytes).toLowerCase();
      if (link.label.length < labelBytes) link.label += link.asked;
      toServer(piece);
    });
    link.server.on('data', (piece) => {
      if (!onReply(link, piece)) toClient(piece);
    });
    for (const side of [client, link.server]) {
      side.on('error', () => {});
      side.on('close', () => {
        links.delete(link);
        client.destroy();
        link.server.destroy();
      });
      if (state.stalls) side.pause();
    }
  });
  const port = await listenOnLoopback(listener);

  return {
    port,
    connections: () => links.size,
    lostReplies: () => state.lost,
    dropAll() {
      const count = links.size;
      for (const link of links) drop(link);
      return count;
    },
    refuse(on) {
      state.refuses = on;
      if (on) for (const link of links) drop(link);
    },
    stall(on) {
      state.stalls = on;
      for (const { client, server } of links) {
        for (const side of [client, server]) (on ? side.pause : side.resume).call(side);
      }
    },
    delay(ms) {
      state.delayMs = ms;
    },
    loseReplies(times, which = {}) {
      state.toLose = times;
      only = which;
    },
    async close() {
      for (const link of links) drop(link);
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

/** Writes pieces in their order, each as late as the delay says when it comes. */
function createPump(to: Socket, state: { readonly delayMs: number }): (piece: Buffer) => void {
  let clearAt = 0;
  return (piece) => {
    const now = performance.now();
    clearAt = Math.max(clearAt, now + state.delayMs);
    if (clearAt <= now) to.write(piece);
    else setTimeout(() => to.destroyed || to.write(piece), clearAt - now);
  };
}
