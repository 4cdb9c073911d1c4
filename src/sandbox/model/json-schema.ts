// The JSON schemas that guided decoding takes here: the common subset. Anything else is refused, as
// vLLM refuses what its grammar compiler cannot do.

import { z } from 'zod';
import { toBadRequest } from './api-error.ts';

export interface JsonSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly items?: JsonSchema | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
}

const count = z.int().nonnegative().optional();
const typeName = z.enum(['string', 'number', 'integer', 'boolean', 'null', 'array', 'object']);

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.strictObject({
    type: z.union([typeName, z.array(typeName).min(1)]).optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchema]).optional(),
    items: jsonSchema.optional(),
    minItems: count,
    maxItems: count,
    minLength: count,
    maxLength: count,
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    enum: z.array(z.unknown()).min(1).optional(),
    const: z.unknown().optional(),
    anyOf: z.array(jsonSchema).min(1).optional(),
    oneOf: z.array(jsonSchema).min(1).optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    $schema: z.string().optional(),
  }),
);

/** The schema, or the ApiError (400) that vLLM gives for one that it cannot compile. */
export function parseJsonSchema(schema: unknown): JsonSchema {
  const parsed = jsonSchema.safeParse(schema);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw toBadRequest(
    `The provided JSON schema contains features not supported by xgrammar.${where}`,
  );
}
