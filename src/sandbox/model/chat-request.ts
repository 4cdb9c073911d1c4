// A chat completion request as vLLM reads it: unknown fields are ignored, wrong ones are refused with
// its words.

import { z } from 'zod';
import { toBadRequest, toValidationError } from './api-error.ts';
import { parseJsonSchema } from './json-schema.ts';
import type { AreaBounds } from './token-count.ts';
import type { AnswerFormat } from './write-answer.ts';

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });
const imagePart = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({ url: z.string() }).nullable(),
  uuid: z.string().nullish(),
});
const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z
    .union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])), z.null()])
    .optional(),
});
const bounds = z.object({ shortest_edge: z.number(), longest_edge: z.number() });
const number = z.number().nullish();

const chatBody = z.looseObject({
  model: z.string().nullish(),
  messages: z.array(message).min(1),
  stream: z.literal(false, 'The simulated server does not stream: send stream false.').nullish(),
  n: z.literal(1, 'The simulated server gives one choice: send n 1.').nullish(),
  max_tokens: number,
  max_completion_tokens: number,
  temperature: number,
  top_p: number,
  request_id: z.string().nullish(),
  mm_processor_kwargs: z.looseObject({ size: bounds.optional() }).nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.literal('text') }),
      z.looseObject({ type: z.literal('json_object') }),
      z.looseObject({
        type: z.literal('json_schema'),
        json_schema: z.looseObject({ name: z.string(), schema: z.unknown() }),
      }),
    ])
    .nullish(),
  structured_outputs: z
    .looseObject({
      json: z.unknown(),
      choice: z.array(z.string()).min(1).nullish(),
    })
    .nullish(),
});

type ChatBody = z.infer<typeof chatBody>;
type GuidedOutputs = NonNullable<ChatBody['structured_outputs']>;
type Message = ChatBody['messages'][number];

export interface ImagePart {
  /** null: only the uuid was sent. */
  readonly url: string | null;
  readonly uuid?: string;
}

/** A text, or the picture that is next among the request's images. */
type PromptStretch = { readonly text: string } | 'picture';

export interface ChatRequest {
  readonly model?: string;
  readonly requestId?: string;
  readonly messages: number;
  readonly images: readonly ImagePart[];
  /** All text of all messages. */
  readonly text: string;
  /** The prompt in order: stretches of text, none longer than a message, and pictures. */
  readonly stretches: readonly PromptStretch[];
  /** What follows the pictures in the last message of the user. */
  readonly rowText: string;
  /** At least 1; absent where the request leaves it to the server. */
  readonly maxTokens?: number;
  readonly format: AnswerFormat;
  readonly bounds?: AreaBounds;
}

/** Throws the ApiError (400) that vLLM answers a wrong request with. */
export function parseChatRequest(body: unknown): ChatRequest {
  const parsed = chatBody.safeParse(body);
  if (!parsed.success) {
    throw toValidationError(
      parsed.error.issues.map(({ code, path, message: text }) =>
        JSON.stringify({ type: code, loc: ['body', ...path], msg: text }),
      ),
    );
  }
  const request = parsed.data;
  checkSampling(request);
  const maxTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  const requestId = request.request_id ?? undefined;
  const area = request.mm_processor_kwargs?.size;
  return {
    ...(typeof request.model === 'string' ? { model: request.model } : {}),
    ...(requestId === undefined ? {} : { requestId }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(area === undefined ? {} : { bounds: area }),
    messages: request.messages.length,
    images: request.messages.flatMap((each) => imagesOf(each)),
    text: request.messages.map((each) => textOf(each)).join('\n'),
    stretches: request.messages.flatMap((each) => stretchesOf(each)),
    rowText: rowTextOf(request.messages),
    format: toAnswerFormat(request),
  };
}

function checkSampling(request: ChatBody): void {
  const { temperature, top_p: topP } = request;
  if (typeof temperature === 'number' && temperature < 0) {
    throw toBadRequest(`temperature must be non-negative, got ${temperature}.`, 'temperature');
  }
  if (typeof topP === 'number' && (topP <= 0 || topP > 1)) {
    throw toBadRequest(`top_p must be in (0, 1], got ${topP}.`, 'top_p');
  }
  const tokens = request.max_completion_tokens ?? request.max_tokens ?? 1;
  if (tokens < 1 || !Number.isInteger(tokens)) {
    throw toBadRequest(`max_tokens must be at least 1, got ${tokens}.`, 'max_tokens');
  }
}

function toAnswerFormat(request: ChatBody): AnswerFormat {
  const guided = toGuidedFormat(request.structured_outputs ?? { json: undefined });
  if (guided !== undefined) return guided;
  const asked = request.response_format;
  if (asked?.type === 'json_schema') {
    return { kind: 'schema', schema: parseJsonSchema(asked.json_schema.schema) };
  }
  return { kind: asked?.type === 'json_object' ? 'object' : 'text' };
}

/** vLLM's own way to ask for a form, which goes before OpenAI's. */
function toGuidedFormat(outputs: GuidedOutputs): AnswerFormat | undefined {
  const kinds = Object.values(outputs).filter((value) => value !== undefined && value !== null);
  if (kinds.length > 1) {
    throw toBadRequest('You can only use one kind of structured outputs constraint.');
  }
  if (kinds.length === 0) return undefined;
  if (outputs.json !== undefined) return { kind: 'schema', schema: parseJsonSchema(outputs.json) };
  if (outputs.choice) return { kind: 'choice', choices: outputs.choice };
  throw toBadRequest('The simulated server knows the structured outputs json and choice.');
}

function imagesOf({ content }: Message): ImagePart[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) => {
    if (part.type !== 'image_url') return [];
    const uuid = part.uuid ?? undefined;
    return [{ url: part.image_url?.url ?? null, ...(uuid === undefined ? {} : { uuid }) }];
  });
}

function stretchesOf({ content }: Message): PromptStretch[] {
  if (!Array.isArray(content)) return [{ text: content ?? '' }];
  return content.map((part) => (part.type === 'text' ? { text: part.text } : 'picture'));
}

function textOf({ content }: Message): string {
  if (!Array.isArray(content)) return content ?? '';
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function rowTextOf(messages: readonly Message[]): string {
  const last = messages.findLast(({ role }) => role === 'user');
  if (last === undefined) return '';
  if (!Array.isArray(last.content)) return last.content ?? '';
  const lastImage = last.content.findLastIndex(({ type }) => type === 'image_url');
  return textOf({ ...last, content: last.content.slice(lastImage + 1) });
}
