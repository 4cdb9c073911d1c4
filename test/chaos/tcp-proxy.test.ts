import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { listenOnLoopback } from '../../src/sandbox/http/listen.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const stack: AsyncDisposableStack[] = [];

afterEach(async () => {
  for (const each of stack.splice(0)) await each.disposeAsync();
});

/** A server that answers each piece with itself, and notes what it was sent. */
async function startEcho(): Promise<{
  proxy: TcpProxy;
  heard: string[];
  open: () => Promise<Socket>;
}> {
  const cleanUp = new AsyncDisposableStack();
  stack.push(cleanUp);
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      heard.push(piece.toString());
      socket.write(piece);
    });
  });
  const port = await listenOnLoopback(server);
  cleanUp.defer(() => void server.close());
  const proxy = cleanUp.adopt(await startTcpProxy(port), (each) => each.close());
  const open = async (): Promise<Socket> => {
    const socket = cleanUp.adopt(connect(proxy.port, '127.0.0.1'), (each) => void each.destroy());
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  return { proxy, heard, open };
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer]: unknown[] = await once(socket, 'data');
  return String(answer);
}

/** Also where it was reset, which `once` takes for a failure. */
function untilClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}

it('lets everything through', async () => {
  const { open } = await startEcho();
  expect(await ask(await open(), 'ping')).toBe('ping');
});

it('loses a reply after the server has done the work', async () => {
  const { proxy, heard, open } = await startEcho();
  const socket = await open();
  proxy.loseReplies(1);
  const closed = untilClosed(socket);
  const answered = vi.fn<(piece: Buffer) => void>();
  socket.on('data', answered);
  socket.write('work');
  await closed;
  expect(heard).toEqual(['work']);
  expect(answered).not.toHaveBeenCalled();
  expect(proxy.lostReplies()).toBe(1);
  expect(await ask(await open(), 'again')).toBe('again');
});

it('loses replies on the connections, and to the requests, that it was told of alone', async () => {
  const { proxy, open } = await startEcho();
  const [gate, other] = [await open(), await open()];
  await ask(gate, 'I am the Gate');
  await ask(other, 'I am another');
  proxy.loseReplies(1, { label: 'the gate', asked: 'and' });
  expect(await ask(gate, 'still me')).toBe('still me');
  expect(await ask(other, 'still here')).toBe('still here');
  const closed = untilClosed(gate);
  gate.write('and I?');
  await closed;
});

it('resets what stands, and refuses what comes', async () => {
  const { proxy, open } = await startEcho();
  const socket = await open();
  await ask(socket, 'hello');
  const closed = untilClosed(socket);
  expect(proxy.dropAll()).toBe(1);
  await closed;
  proxy.refuse(true);
  const refused = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await untilClosed(refused);
  proxy.refuse(false);
  expect(await ask(await open(), 'back')).toBe('back');
});

it('holds everything back, and lets it go in its order', async () => {
  const { proxy, heard, open } = await startEcho();
  const socket = await open();
  await ask(socket, 'first');
  proxy.stall(true);
  socket.write('second');
  const isHeard = (): boolean => heard.includes('second');
  await new Promise((resolve) => setImmediate(resolve));
  expect(isHeard()).toBe(false);
  proxy.stall(false);
  await vi.waitUntil(isHeard);
});
