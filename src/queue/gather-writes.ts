// Commands that are given in one turn of the event loop leave in one write: a system call for each would
// cost more than all the rest of sending them.

import type { Redis } from 'ioredis';

/** Changes the connection, and returns it. No command waits beyond the turn in which it was given. */
export function gatherWrites<Connection extends Redis>(connection: Connection): Connection {
  const send = connection.sendCommand.bind(connection);
  connection.sendCommand = (command, stream) => {
    const socket = connection.stream;
    if (connection.status === 'ready' && socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    return send(command, stream);
  };
  return connection;
}
