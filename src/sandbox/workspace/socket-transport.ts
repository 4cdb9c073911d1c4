// Socket Mode: websocket addresses for one use, hello, envelopes and their acknowledgements, spread over the open sockets.
import { randomUUID } from 'node:crypto';
import { once, EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Attempt, Receipt, Transport } from './delivery.ts';
import type { Json } from './json.ts';

const maxSockets = 10;
const pingEveryMs = 10_000;

export interface SocketTransport extends Transport {
  /** A websocket path that opens one socket; undefined when ten are open already. */
  issueTicket(): string | undefined;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  socketCount(): number;
  /** Cuts every socket without a word. */
  dropSockets(): void;
  /** Asks every client to connect again, as Slack does when it recycles a server. */
  disconnectSockets(reason: string): void;
  close(): void;
}

interface Waiting {
  socket: WebSocket;
  settle: (receipt: Receipt) => void;
}

/** Creates the transport; an envelope without acknowledgement after `ackTimeoutMs` counts as not delivered. */
export function createSocketTransport(options: {
  appId: string;
  ackTimeoutMs: number;
  onConnection: () => void;
}): SocketTransport {
  const server = new WebSocketServer({ noServer: true });
  const opening = new EventEmitter().setMaxListeners(0);
  const sockets: WebSocket[] = [];
  const waiting = new Map<string, Waiting>();
  const tickets = new Set<string>();
  const pings = setInterval(() => sockets.forEach((socket) => socket.ping()), pingEveryMs);
  pings.unref();

  function onAck(data: unknown): void {
    const ack = parseAck(String(data));
    if (ack) waiting.get(ack.envelopeId)?.settle({ ok: true, body: ack.payload });
  }

  function onSocket(socket: WebSocket): void {
    sockets.push(socket);
    socket.on('message', onAck);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      sockets.splice(sockets.indexOf(socket), 1);
      for (const entry of waiting.values()) {
        if (entry.socket === socket) entry.settle({ ok: false, reason: 'connection_failed' });
      }
      options.onConnection();
    });
    socket.send(JSON.stringify(buildHello(options.appId, sockets.length)));
    opening.emit('open');
    options.onConnection();
  }

  function attempt(message: Attempt): Promise<Receipt> {
    const socket = sockets.shift();
    if (!socket) return Promise.resolve({ ok: false, reason: 'connection_failed' });
    sockets.push(socket);
    const envelopeId = randomUUID();
    return new Promise((resolve) => {
      const settle = (receipt: Receipt): void => {
        clearTimeout(timer);
        waiting.delete(envelopeId);
        resolve(receipt);
      };
      const timer = setTimeout(settle, options.ackTimeoutMs, { ok: false, reason: 'timeout' });
      waiting.set(envelopeId, { socket, settle });
      socket.send(JSON.stringify(buildEnvelope(envelopeId, message)));
    });
  }

  return {
    isOpen: () => sockets.length > 0,
    opened: async () => void (await once(opening, 'open')),
    attempt,
    socketCount: () => sockets.length,
    issueTicket() {
      if (sockets.length >= maxSockets) return undefined;
      const ticket = randomUUID();
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('ticket');
      if (ticket && tickets.delete(ticket)) server.handleUpgrade(request, socket, head, onSocket);
      else socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    },
    dropSockets: () => sockets.forEach((socket) => socket.terminate()),
    disconnectSockets(reason) {
      for (const socket of sockets) socket.send(JSON.stringify({ type: 'disconnect', reason }));
    },
    close() {
      clearInterval(pings);
      opening.emit('open');
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}

function buildHello(appId: string, connections: number): Json {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: { host: 'applink-sandbox', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: appId },
  };
}

function buildEnvelope(envelopeId: string, { type, payload, ...retry }: Attempt): Json {
  const isEvent = type === 'events_api';
  return {
    envelope_id: envelopeId,
    type,
    payload,
    accepts_response_payload: !isEvent && payload['type'] !== 'block_actions',
    ...(isEvent && { retry_attempt: retry.retryNumber, retry_reason: retry.retryReason }),
  };
}

function parseAck(data: string): { envelopeId: string; payload: unknown } | undefined {
  try {
    const ack: unknown = JSON.parse(data);
    if (typeof ack !== 'object' || ack === null || !('envelope_id' in ack)) return undefined;
    return { envelopeId: String(ack.envelope_id), payload: 'payload' in ack ? ack.payload : {} };
  } catch {
    return undefined;
  }
}
