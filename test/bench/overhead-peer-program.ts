// The peers' process, see overhead-peer.ts. The picture is prepared before the time begins to count.

import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import PQueue from 'p-queue';
import { Pool, request } from 'undici';
import { parseAnswer } from '../../src/batch/answer.ts';
import { pixelBudgets } from '../../src/batch/recipe.ts';
import { createDecoder } from '../../src/images/decode-image.ts';
import { answerOrders } from './forked-program.ts';
import type { PeerOrder, PeerResult } from './overhead-peer.ts';
import { peerOutputs, toPeerBody, toPeerRequest, type SentPicture } from './peer-requests.ts';

const decode = createDecoder();

async function prepare(link: string): Promise<SentPicture> {
  const { body } = await request(link);
  const { signal } = new AbortController();
  const image = await decode(Buffer.from(await body.arrayBuffer()), {
    pixelBudget: pixelBudgets.standard,
    signal,
  });
  if ('code' in image) throw new Error(`the benchmark's own photo is refused: ${image.code}`);
  return { bytes: image.bytes, hash: createHash('sha256').update(image.bytes).digest('hex') };
}

async function runQueue(order: PeerOrder, picture: SentPicture): Promise<void> {
  const client = new OpenAI({ baseURL: `${order.serverUrl}/v1`, apiKey: 'none' });
  const queue = new PQueue({ concurrency: order.inFlight });
  const results: (readonly string[])[] = [];
  const work = async (number: number): Promise<void> => {
    const body = toPeerRequest(toProduct(order, number), picture);
    const completion = await client.post<OpenAI.ChatCompletion>('/chat/completions', { body });
    const fields = parseAnswer(completion.choices[0]?.message.content ?? '', peerOutputs);
    if ('code' in fields) throw new Error(`an answer was not understood: ${fields.code}`);
    results.push(fields);
  };
  const numbers = Array.from({ length: order.rows }, (_, index) => order.first + index);
  await queue.addAll(numbers.map((number) => () => work(number)));
  if (results.length !== order.rows) throw new Error('rows are missing');
}

async function runPlainly(order: PeerOrder, bodies: readonly string[]): Promise<void> {
  const pool = new Pool(order.serverUrl, { connections: order.inFlight });
  const left = bodies.values();
  const work = async (): Promise<void> => {
    for (const body of left) {
      const answer = await pool.request({
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`the server answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: order.inFlight }, work));
  await pool.destroy();
}

function toProduct({ model, picture }: PeerOrder, number: number) {
  return { number, model, urlOf: () => picture };
}

async function measure(work: () => Promise<void>): Promise<PeerResult> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startedMs) / 1000, cpuMs: (user + system) / 1000 };
}

answerOrders(async (order: PeerOrder): Promise<PeerResult> => {
  const picture = await prepare(order.picture);
  if (order.way === 'openai') return measure(() => runQueue(order, picture));
  const bodies = Array.from({ length: order.rows }, (_, index) =>
    toPeerBody(toProduct(order, order.first + index), picture),
  );
  return measure(() => runPlainly(order, bodies));
});
