// A small client of the simulated model server, for its tests.

import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  startModelServer,
  type ModelServer,
  type ModelServerOptions,
} from '../../../src/sandbox/model/model-server.ts';

export async function serverForTest(options?: ModelServerOptions): Promise<ModelServer> {
  const server = await startModelServer(options);
  onTestFinished(() => server.close());
  return server;
}

export interface ImageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly color?: string;
}

/** A PNG in one colour as a data URL. */
export async function toImageUrl(options: ImageOptions = {}): Promise<string> {
  const { width = 320, height = 256, color = '#3366cc' } = options;
  const bytes = await sharp({ create: { width, height, channels: 3, background: color } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${bytes.toString('base64')}`;
}

export function toImagePart(url: string | null, uuid?: string): object {
  return { type: 'image_url', image_url: url === null ? null : { url }, ...(uuid && { uuid }) };
}

/** A body with a system text, pictures and a row's text. */
export function buildBody(rowText: string, images: readonly object[] = [], more = {}): object {
  const content = [...images, { type: 'text', text: rowText }];
  const messages = [
    { role: 'system', content: 'You write for a shop.' },
    { role: 'user', content },
  ];
  return { messages, max_tokens: 512, temperature: 0.3, ...more };
}

export const titleSchema = {
  type: 'json_schema',
  json_schema: {
    name: 'answer',
    schema: {
      type: 'object',
      properties: {
        title: { type: 'string' },
        points: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 8 },
      },
      required: ['title', 'points'],
      additionalProperties: false,
    },
  },
};

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function postChat(
  server: { readonly url: string },
  body: unknown,
  { headers, signal }: PostOptions = {},
): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

const completion = z.object({
  id: z.string(),
  model: z.string(),
  choices: z
    .array(z.object({ message: z.object({ content: z.string() }), finish_reason: z.string() }))
    .length(1),
  usage: z.object({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    total_tokens: z.number(),
  }),
});

export interface Completion {
  readonly status: number;
  readonly id: string;
  readonly model: string;
  readonly content: string;
  readonly finishReason: string;
  readonly usage: z.infer<typeof completion>['usage'];
}

/** Asks and reads the answer; throws where it is none. */
export async function complete(
  server: { readonly url: string },
  body: unknown,
  options?: PostOptions,
): Promise<Completion> {
  const response = await postChat(server, body, options);
  const { id, model, choices, usage } = completion.parse(await response.json());
  const [choice] = choices;
  if (choice === undefined) throw new Error('No choice in the answer.');
  const { message, finish_reason: finishReason } = choice;
  return { status: response.status, id, model, content: message.content, finishReason, usage };
}
