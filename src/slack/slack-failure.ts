// What a failed call to Slack means: whether it took effect, and whether trying again can help.

import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';

export type SlackFailure =
  /** Not done; may be tried again after a while. */
  | { readonly kind: 'rate-limited'; readonly afterMs: number }
  /** Slack answered no; `code` is its word for why, `needed` the scope that it misses. Not done. */
  | { readonly kind: 'refused'; readonly code: string; readonly needed?: string }
  /** No usable answer; it may have been done or not. */
  | { readonly kind: 'unknown' };

/** Slack's words for its own troubles, after which a request may have taken effect. */
const ownTroubles: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/** Anything that a client threw, sorted by what follows from it. */
export function toSlackFailure(thrown: unknown): SlackFailure {
  if (thrown instanceof WebAPIRateLimitedError) {
    return { kind: 'rate-limited', afterMs: thrown.retryAfter * 1000 };
  }
  if (thrown instanceof WebAPIHTTPError && thrown.statusCode === 429) {
    return { kind: 'rate-limited', afterMs: Number(thrown.headers['retry-after'] ?? 1) * 1000 };
  }
  if (thrown instanceof WebAPIPlatformError) {
    const code = thrown.data.error;
    if (code === 'ratelimited') return { kind: 'rate-limited', afterMs: 1000 };
    if (ownTroubles.has(code)) return { kind: 'unknown' };
    const needed: unknown = Reflect.get(thrown.data, 'needed');
    return { kind: 'refused', code, ...(typeof needed === 'string' ? { needed } : {}) };
  }
  return { kind: 'unknown' };
}

const closedChannel: ReadonlySet<string> = new Set([
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'is_inactive',
  'invalid_channel',
  'posting_to_channel_denied',
  'posting_to_general_channel_denied',
  'thread_not_found',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
]);

/** True where Darkroom can write in the channel no longer. */
export function isClosedChannel(failure: SlackFailure): boolean {
  return failure.kind === 'refused' && closedChannel.has(failure.code);
}

const refusedToken: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
]);

/** True where Slack does not let Darkroom in at all. */
export function isTokenRefused(failure: SlackFailure): boolean {
  return failure.kind === 'refused' && refusedToken.has(failure.code);
}

/** True until an administrator has mended Darkroom's token or its rights. */
export function isLockedOut(failure: SlackFailure): boolean {
  const lacksRight = failure.kind === 'refused' && failure.code === 'missing_scope';
  return lacksRight || isTokenRefused(failure);
}

/** Slack's own words, such as "missing_scope: users:read". */
export function toReason({ code, needed }: Extract<SlackFailure, { kind: 'refused' }>): string {
  return needed === undefined ? code : `${code}: ${needed}`;
}
