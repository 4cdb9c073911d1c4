// Socket Mode: websocket addresses for one use, hello, envelopes and their acknowledgements, spread over the open sockets.
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Attempt, Receipt, Transport } from './delivery.ts';
import { isJson, type Json } from './json.ts';

const maxSockets = 10;
const pingEveryMs = 10_000;

interface Waiting {
  socket: WebSocket;
  settle: (receipt: Receipt) => void;
}

interface Options {
  appId: string;
  /** An envelope without acknowledgement after this time counts as not delivered. */
  ackTimeoutMs: number;
  onConnection: () => void;
}

/** The server's side of Socket Mode. */
export class SocketTransport implements Transport {
  readonly #options: Options;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #opening = new EventEmitter().setMaxListeners(0);
  readonly #sockets: WebSocket[] = [];
  readonly #waiting = new Map<string, Waiting>();
  readonly #tickets = new Set<string>();
  readonly #pings: NodeJS.Timeout;

  constructor(options: Options) {
    this.#options = options;
    this.#pings = setInterval(() => this.#sockets.forEach((socket) => socket.ping()), pingEveryMs);
    this.#pings.unref();
  }

  isOpen(): boolean {
    return this.#sockets.length > 0;
  }

  async opened(): Promise<void> {
    await once(this.#opening, 'open');
  }

  /** A websocket path that opens one socket; undefined when ten are open already. */
  issueTicket(): string | undefined {
    if (this.#sockets.length >= maxSockets) return undefined;
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return `/link/?ticket=${ticket}&app_id=${this.#options.appId}`;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'ws://localhost').searchParams.get('ticket');
    if (ticket && this.#tickets.delete(ticket)) {
      this.#server.handleUpgrade(request, socket, head, (opened) => this.#onSocket(opened));
    } else {
      socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    }
  }

  attempt(message: Attempt): Promise<Receipt> {
    const socket = this.#nextSocket();
    if (!socket) return Promise.resolve({ ok: false, reason: 'connection_failed' });
    const envelopeId = randomUUID();
    return new Promise((resolve) => {
      const settle = (receipt: Receipt): void => {
        clearTimeout(timer);
        this.#waiting.delete(envelopeId);
        resolve(receipt);
      };
      const timer = setTimeout(() => {
        settle({ ok: false, reason: 'timeout' });
      }, this.#options.ackTimeoutMs);
      this.#waiting.set(envelopeId, { socket, settle });
      socket.send(JSON.stringify(buildEnvelope(envelopeId, message)));
    });
  }

  /** Cuts every socket without a word. */
  dropSockets(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Asks every client to connect again, as Slack does when it recycles a server. */
  disconnectSockets(reason: string): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify({ type: 'disconnect', reason }));
  }

  close(): void {
    clearInterval(this.#pings);
    this.#opening.emit('open');
    this.dropSockets();
    this.#server.close();
  }

  /** The sockets take turns; each message goes to one of them. */
  #nextSocket(): WebSocket | undefined {
    const socket = this.#sockets.shift();
    if (socket) this.#sockets.push(socket);
    return socket;
  }

  #onSocket(socket: WebSocket): void {
    this.#sockets.push(socket);
    socket.on('message', (data: Buffer) => this.#onAck(data.toString()));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#onClose(socket));
    socket.send(JSON.stringify(buildHello(this.#options.appId, this.#sockets.length)));
    this.#opening.emit('open');
    this.#options.onConnection();
  }

  #onClose(socket: WebSocket): void {
    this.#sockets.splice(this.#sockets.indexOf(socket), 1);
    for (const entry of this.#waiting.values()) {
      if (entry.socket === socket) entry.settle({ ok: false, reason: 'connection_failed' });
    }
    this.#options.onConnection();
  }

  #onAck(data: string): void {
    const ack = parseAck(data);
    if (ack) this.#waiting.get(ack.envelopeId)?.settle({ ok: true, body: ack.payload });
  }
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
    if (!isJson(ack)) return undefined;
    return { envelopeId: String(ack['envelope_id']), payload: ack['payload'] ?? {} };
  } catch {
    return undefined;
  }
}
