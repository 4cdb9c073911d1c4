// Whether a loopback port takes connections, asked with a connection of its own.

import { once } from 'node:events';
import { connect } from 'node:net';

export async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
