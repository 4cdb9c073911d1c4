// The closed loop's process: plain undici requests, bodies made from one prepared photo per host.

import { createHash } from 'node:crypto';
import { Pool, request } from 'undici';
import { pixelBudgets } from '../../src/batch/recipe.ts';
import { createDecoder } from '../../src/images/decode-image.ts';
import type { LoopOrder, LoopResult } from './closed-loop.ts';
import { answerOrders } from './forked-program.ts';
import { toPeerBody, type SentPicture } from './peer-requests.ts';
import { varyPhoto } from './vary-photo.ts';

const decode = createDecoder();

/** A photo of the host as Darkroom would send it. */
async function prepare(link: string): Promise<Buffer> {
  const { body } = await request(link);
  const bytes = Buffer.from(await body.arrayBuffer());
  const { signal } = new AbortController();
  const image = await decode(bytes, { pixelBudget: pixelBudgets.standard, signal });
  if ('code' in image) throw new Error(`the benchmark's own photo is refused: ${image.code}`);
  return image.bytes;
}

async function toSendings(order: LoopOrder): Promise<(number: number) => string> {
  const urlOf = (number: number): string => `http://${order.pictureHost}/photos/${number}.jpg`;
  const shrunk = order.pictures === 'prepared' ? await prepare(urlOf(order.first)) : undefined;
  const toPicture = (number: number): SentPicture => {
    if (shrunk === undefined) return { link: urlOf(number) };
    const bytes = varyPhoto(shrunk, number);
    return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
  };
  const { model } = order;
  return (number) => toPeerBody({ number, model, urlOf }, toPicture(number));
}

async function runLoop(order: LoopOrder): Promise<LoopResult> {
  const toBody = await toSendings(order);
  const signal = AbortSignal.timeout(Math.ceil(order.seconds * 1000));
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const pool = new Pool(order.serverUrl, { connections: order.workers, ...timeouts });
  let [next, answered] = [order.first, 0];
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      const body = toBody(next++);
      const { statusCode, body: answer } = await pool.request({
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal,
      });
      const text = await answer.text();
      if (statusCode !== 200) throw new Error(`${statusCode}: ${text.slice(0, 300)}`);
      answered += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: order.workers }, work));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await pool.destroy();
  }
  return { answered };
}

answerOrders(runLoop);
