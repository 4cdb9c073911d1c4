// HTTP mode: signed requests to the bot's one address, with the headers and failure names that Slack uses.
import { createHmac } from 'node:crypto';
import type { Attempt, Receipt, Transport } from './delivery.ts';

/** Creates the transport; `botUrl` is asked for each request, since the bot may start later or move. */
export function createHttpTransport(options: {
  botUrl: () => string;
  signingSecret: string;
  ackTimeoutMs: number;
}): Transport {
  return {
    isOpen: () => true,
    opened: () => Promise.resolve(),
    async attempt(message) {
      const { body, contentType } = encodeBody(message);
      try {
        const response = await fetch(options.botUrl(), {
          method: 'POST',
          body,
          redirect: 'manual',
          signal: AbortSignal.timeout(options.ackTimeoutMs),
          headers: {
            'content-type': contentType,
            'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
            ...buildSignature(body, options.signingSecret),
            ...buildRetryHeaders(message),
          },
        });
        return await toReceipt(response);
      } catch (error) {
        const isTimeout = error instanceof Error && error.name === 'TimeoutError';
        return { ok: false, reason: isTimeout ? 'http_timeout' : 'connection_failed' };
      }
    },
  };
}

/** The two headers that prove where a request comes from: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function buildSignature(
  body: string,
  secret: string,
  seconds: number = Math.floor(Date.now() / 1000),
): Record<string, string> {
  const hash = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${hash}` };
}

function encodeBody({ type, payload }: Attempt): { body: string; contentType: string } {
  if (type === 'events_api') {
    return { body: JSON.stringify(payload), contentType: 'application/json' };
  }
  const form = new URLSearchParams();
  if (type === 'interactive') form.set('payload', JSON.stringify(payload));
  else for (const [name, value] of Object.entries(payload)) form.set(name, String(value));
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

function buildRetryHeaders({ retryNumber, retryReason }: Attempt): Record<string, string> {
  if (retryNumber === 0) return {};
  return { 'x-slack-retry-num': String(retryNumber), 'x-slack-retry-reason': retryReason };
}

async function toReceipt(response: Response): Promise<Receipt> {
  const text = await response.text();
  if (response.ok) return { ok: true, body: parseBody(text) };
  const reason = response.status < 400 ? 'too_many_redirects' : 'http_error';
  return { ok: false, reason, noRetry: response.headers.get('x-slack-no-retry') === '1' };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
