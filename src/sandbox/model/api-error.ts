// The errors of vLLM's HTTP API, with its wording.

import { toJsonReply, type Reply } from '../http/reply.ts';

export interface ApiErrorOptions {
  /** Such as BadRequestError. */
  readonly type?: string;
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of the API that is no success. */
export class ApiError extends Error {
  readonly status: number;
  readonly options: ApiErrorOptions;

  constructor(status: number, message: string, options: ApiErrorOptions = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.options = options;
  }
}

export function toBadRequest(message: string, param?: string): ApiError {
  return new ApiError(400, message, {
    type: 'BadRequestError',
    ...(param === undefined ? {} : { param }),
  });
}

/** vLLM's answer to a failed check of the body's shape. */
export function toValidationError(problems: readonly string[]): ApiError {
  const heading = `${problems.length} validation error${problems.length === 1 ? '' : 's'}:`;
  return new ApiError(400, [heading, ...problems.map((line) => `  ${line}`)].join('\n'), {
    type: 'Bad Request',
  });
}

export function toEngineDeadError(): ApiError {
  return new ApiError(
    500,
    'EngineCore encountered an issue. See stack trace (above) for the root cause.',
    { type: 'InternalServerError' },
  );
}

/** The answer beyond `--max-num-queued-reqs`. */
export function toBusyError(): ApiError {
  return new ApiError(
    503,
    'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
  );
}

const typesByStatus: Readonly<Record<number, string>> = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'InternalServerError',
  503: 'Service Unavailable',
};

export function toErrorReply(error: ApiError): Reply {
  const { type = typesByStatus[error.status] ?? 'BadRequestError', param, headers } = error.options;
  return toJsonReply(
    error.status,
    { error: { message: error.message, type, param: param ?? null, code: error.status } },
    headers,
  );
}
