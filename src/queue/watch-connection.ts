// Whether Redis has been there long enough to judge others by their silence. Right after an outage
// everybody looks dead, since nobody could say that he lives.

import type { Redis } from 'ioredis';

/** Answers whether the connection is up and, after a loss, has been so for at least `ms`. */
export type IsSteady = (ms: number) => boolean;

export function watchConnection(connection: Redis): IsSteady {
  let lost = false;
  let backSinceMs = -Infinity;
  connection.on('close', () => {
    lost = true;
  });
  connection.on('ready', () => {
    if (lost) backSinceMs = performance.now();
    lost = false;
  });
  return (ms) => !lost && performance.now() - backSinceMs >= ms;
}
