// A picture host in a process of its own that costs little: every number in a link is a photo of its own.

import { createServer } from 'node:http';
import { listenOnLoopback } from '../../src/sandbox/http/listen.ts';
import { answerOrders } from './forked-program.ts';
import { makePhoto } from './make-photo.ts';
import type { HostOrder, HostLook } from './picture-host.ts';
import { varyPhoto } from './vary-photo.ts';

let photo: Buffer | undefined;
let served = 0;

const server = createServer((request, response) => {
  const number = /(\d+)\.jpg$/u.exec(request.url ?? '')?.[1];
  if (number === undefined || photo === undefined) {
    response.writeHead(404).end();
    return;
  }
  served += 1;
  response.setHeader('content-type', 'image/jpeg').end(varyPhoto(photo, Number(number)));
});
const listening = listenOnLoopback(server);

answerOrders(async ({ photo: size }: HostOrder): Promise<HostLook> => {
  if (size !== undefined) photo = await makePhoto(size);
  return { host: `127.0.0.1:${await listening}`, served, photoBytes: photo?.length ?? 0 };
});
