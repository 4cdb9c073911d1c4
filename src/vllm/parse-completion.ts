// The parts of a chat completion that matter, out of a body that may be anything.

import { z } from 'zod';
import type { TokenUsage } from '../batch/row.ts';
import { parseJson } from './error-body.ts';

const completionBody = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish().transform(toText) }),
        finish_reason: z.string().nullish().transform(toText),
      }),
    )
    .min(1),
  usage: z
    .object({
      // Whole numbers, for they are added up in Redis.
      prompt_tokens: z.int().nonnegative().catch(0),
      completion_tokens: z.int().nonnegative().catch(0),
    })
    // Some routers leave it out; an answer without its cost is still an answer.
    .catch({ prompt_tokens: 0, completion_tokens: 0 }),
});

export interface Completion {
  readonly content: string;
  readonly finishReason: string;
  readonly usage: TokenUsage;
}

/** undefined when the body is no chat completion. */
export function parseCompletion(body: string): Completion | undefined {
  const { data } = completionBody.safeParse(parseJson(body));
  const choice = data?.choices[0];
  if (data === undefined || choice === undefined) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = data.usage;
  return {
    content: choice.message.content,
    finishReason: choice.finish_reason,
    usage: { promptTokens, completionTokens },
  };
}

function toText(value: string | null | undefined): string {
  return value ?? '';
}

const modelsBody = z.object({ data: z.array(z.object({ id: z.string() })) });

/** The names that /v1/models lists, in its order; empty when the body is no such list. */
export function parseModelNames(body: string): readonly string[] {
  return modelsBody.safeParse(parseJson(body)).data?.data.map(({ id }) => id) ?? [];
}
