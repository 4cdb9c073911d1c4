// One chat completion from parsed request to reply: limits, pictures, tokens, the engine, the answer.

import { randomUUID } from 'node:crypto';
import { toJsonReply, type Reply } from '../http/reply.ts';
import { ApiError, toBadRequest } from './api-error.ts';
import type { ChatRequest } from './chat-request.ts';
import type { Engine } from './engine.ts';
import {
  breakReply,
  spoilContent,
  throwIfFailing,
  toEarlyReply,
  type ModelFault,
} from './model-faults.ts';
import type { FinishReason, ModelMetrics } from './model-metrics.ts';
import { toOutputTokens, type OutputTokens } from './output-tokens.ts';
import type { PictureReader, ReadPicture } from './picture-reader.ts';
import { countTokens, toPromptParts, type PromptPart } from './prompt-part.ts';
import { countTextTokens, cutToTokens, type AreaBounds } from './token-count.ts';
import { writeAnswer } from './write-answer.ts';

export interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly maxModelLen: number;
  /** `--limit-mm-per-prompt` */
  readonly maxImages: number;
  readonly engine: Engine;
  readonly pictures: PictureReader;
  readonly metrics: ModelMetrics;
  /** Of pictures, where a request gives none. */
  readonly bounds?: AreaBounds | undefined;
  /** What every answer counts and takes as long as, if max_tokens allows. */
  readonly outputTokens?: OutputTokens | undefined;
}

/** What is learned of a request on its way; filled in as it goes. */
interface Seen {
  pictures: readonly ReadPicture[];
  promptTokens: number;
}

export interface ChatJob {
  readonly request: ChatRequest;
  readonly fault: ModelFault;
  readonly seen: Seen;
  /** Aborted with the reason to fail with: the client went away, or the engine died. */
  readonly signal: AbortSignal;
}

/** Throws the ApiError to answer with, or the signal's reason. */
export async function completeChat(model: ServedModel, job: ChatJob): Promise<Reply> {
  const { request, fault, seen, signal } = job;
  checkModel(model, request.model);
  const early = toEarlyReply(fault);
  if (early !== undefined) return early;
  throwIfFailing(fault);
  checkImageCount(model, request);
  const reading = request.images.map((part, index) => model.pictures.read(part, index));
  seen.pictures = await Promise.all(reading);
  const parts = toPromptParts(request, seen.pictures, model.bounds);
  checkPictureTokens(model, parts);
  seen.promptTokens = countTokens(parts);
  const maxTokens = toMaxTokens(model, request, seen.promptTokens);
  const answer = toAnswer(job, maxTokens, model.outputTokens);
  const timing = await model.engine.run(
    {
      parts,
      completionTokens: answer.tokens,
      extraMs: fault.hang === true ? Infinity : (fault.slowMs ?? 0),
    },
    signal,
  );
  model.metrics.onFinished({
    reason: answer.reason,
    promptTokens: seen.promptTokens,
    completionTokens: answer.tokens,
    maxTokens,
    timing,
  });
  return breakReply(toJsonReply(200, buildCompletion(model, job, answer)), fault);
}

/** Throws the 404 that vLLM answers for a model that it does not serve. */
export function checkModel({ name }: ServedModel, asked: string | undefined): void {
  if (asked === undefined || asked === name) return;
  throw new ApiError(404, `The model \`${asked}\` does not exist.`, {
    type: 'NotFoundError',
    param: 'model',
  });
}

/** Throws the 400 for more pictures than the server takes in one prompt. */
export function checkImageCount({ maxImages }: ServedModel, { images }: ChatRequest): void {
  if (images.length <= maxImages) return;
  throw toBadRequest(
    `At most ${maxImages} image(s) may be provided in one prompt. Set \`--limit-mm-per-prompt\` to increase this limit.`,
    'image',
  );
}

function checkPictureTokens({ engine }: ServedModel, parts: readonly PromptPart[]): void {
  const large = parts.find(({ picture, tokens }) => picture && tokens > engine.encoderTokens);
  if (large === undefined) return;
  throw toBadRequest(
    `The decoder prompt contains a(n) image item with ${large.tokens} embedding tokens, which exceeds the pre-allocated encoder cache size ${engine.encoderTokens}. Please reduce the input size or increase the encoder cache size by setting --limit-mm-per-prompt at startup.`,
  );
}

/** How much the answer may hold: what was asked for, clipped to what the context leaves. */
function toMaxTokens(model: ServedModel, request: ChatRequest, promptTokens: number): number {
  const { maxModelLen } = model;
  const left = maxModelLen - promptTokens;
  const asked = request.maxTokens ?? left;
  if (request.images.length > 0) {
    if (left > 0) return Math.min(asked, left);
    throw toBadRequest(
      `The decoder prompt (length ${promptTokens}) is longer than the maximum model length of ${maxModelLen}. Make sure that \`max_model_len\` is no smaller than the number of text tokens plus multimodal tokens. For image inputs, the number of image tokens depends on the number of images and their aspect ratios.`,
    );
  }
  if (left > 0 && asked <= left) return asked;
  throw toBadRequest(
    `This model's maximum context length is ${maxModelLen} tokens. However, you requested ${request.maxTokens ?? 0} output tokens and your prompt contains at least ${promptTokens} input tokens. Please reduce the length of the input prompt or the number of requested output tokens.`,
    'input_tokens',
  );
}

interface Answer {
  readonly content: string;
  readonly tokens: number;
  readonly reason: FinishReason;
}

function toAnswer(job: ChatJob, maxTokens: number, length?: OutputTokens): Answer {
  const { request, seen, fault } = job;
  const sight = { pictures: seen.pictures, rowText: request.rowText };
  const whole = spoilContent(writeAnswer(request.format, sight), fault);
  const content = fault.hugeContent === true ? whole : cutToTokens(whole, maxTokens);
  const asked = length ? toOutputTokens(length, request.rowText) : countTextTokens(content);
  const stop = content === whole ? 'stop' : 'length';
  return {
    content,
    tokens: Math.min(asked, maxTokens),
    reason: fault.abort === true ? 'abort' : stop,
  };
}

function buildCompletion(model: ServedModel, { request, seen }: ChatJob, answer: Answer): unknown {
  return {
    id: `chatcmpl-${request.requestId ?? randomUUID().replaceAll('-', '')}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: model.name,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.content, refusal: null, tool_calls: [] },
        logprobs: null,
        finish_reason: answer.reason,
        stop_reason: null,
      },
    ],
    service_tier: null,
    system_fingerprint: `vllm-${model.version}`,
    usage: {
      prompt_tokens: seen.promptTokens,
      completion_tokens: answer.tokens,
      total_tokens: seen.promptTokens + answer.tokens,
      prompt_tokens_details: null,
    },
  };
}
