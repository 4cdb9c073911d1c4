// What a failed fetch means: the fault that the row gets in the end, whether another try makes sense,
// and whether the host showed strain.

import { toFault, type Fault } from '../errors.ts';
import { RefusedAddress } from './checked-agent.ts';

export interface FetchFailure {
  readonly fault: Fault;
  /** How many more tries this kind of failure deserves at most. */
  readonly retries: number;
  /** True when the host is overloaded or slow, so that less should be asked of it at once. */
  readonly strained: boolean;
  /** The host's own wish, from Retry-After. */
  readonly afterMs?: number;
}

const transientRetries = 2;

const timeoutCodes: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const certificateCodes =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH|EPROTO)/;
const nameCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ENODATA',
  'ENOTFOUND',
  'ESERVFAIL',
  'ETIMEOUT',
]);

/** The failure that a status other than 200 stands for. */
export function toStatusFailure(
  status: number,
  host: string,
  retryAfter?: string | string[],
): FetchFailure {
  const params = { host, status };
  if (status === 401 || status === 403) return toFinalFailure(toFault('E_IMAGE_HTTP_403', params));
  if (status === 404 || status === 410) return toFinalFailure(toFault('E_IMAGE_HTTP_404', params));
  const fault = toFault('E_IMAGE_HTTP', params);
  if (status !== 408 && status !== 429 && status < 500) return toFinalFailure(fault);
  const afterMs = Number(retryAfter) * 1000;
  const wish = Number.isFinite(afterMs) && afterMs > 0 ? { afterMs } : {};
  return { fault, retries: transientRetries, strained: true, ...wish };
}

/** The failure that an error of connecting, sending or receiving stands for. */
export function toNetworkFailure(error: unknown, host: string): FetchFailure {
  if (error instanceof RefusedAddress) return toFinalFailure(error.fault);
  const code = toCode(error);
  if (timeoutCodes.has(code)) {
    return toTimeoutFailure(host);
  }
  if (certificateCodes.test(code)) return toFinalFailure(toFault('E_IMAGE_TLS', { host }));
  if (nameCodes.has(code)) {
    // A name that does not exist is asked for once more: resolvers are wrong under load.
    const retries = code === 'ENOTFOUND' ? 1 : transientRetries;
    return { fault: toFault('E_IMAGE_DNS', { host }), retries, strained: false };
  }
  const fault = toFault('E_IMAGE_UNREACHABLE', { host });
  return { fault, retries: transientRetries, strained: false };
}

/** A failure that another try would not change. */
export function toFinalFailure(fault: Fault): FetchFailure {
  return { fault, retries: 0, strained: false };
}

/** The failure of a host that was silent or slow for too long. */
export function toTimeoutFailure(host: string): FetchFailure {
  return { fault: toFault('E_IMAGE_TIMEOUT', { host }), retries: 1, strained: true };
}

function toCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : '';
}
