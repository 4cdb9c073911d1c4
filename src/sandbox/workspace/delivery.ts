// Sends events to the bot until it acknowledges them, as Slack does: at once, then three more times with growing pauses.
// Commands and interactions are sent once; a person sees when they fail. How a thing travels is the transport's matter.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventTricks } from './faults.ts';
import { isJson, type Json } from './json.ts';

export type EnvelopeType = 'events_api' | 'slash_commands' | 'interactive';

export interface Attempt {
  type: EnvelopeType;
  payload: Json;
  retryNumber: number;
  retryReason: string;
}

export type Receipt =
  | { ok: true; body: unknown }
  | { ok: false; reason: string; noRetry?: boolean };

export interface Transport {
  /** False while there is nobody to send to; `opened` settles when there is. */
  isOpen(): boolean;
  opened(): Promise<void>;
  attempt(attempt: Attempt): Promise<Receipt>;
}

/** One event, how often it was sent and whether the bot has acknowledged it. */
export interface EventRecord {
  eventId: string;
  type: string;
  payload: Json;
  attempts: number;
  acknowledged: boolean;
  gaveUp: boolean;
}

export interface Delivery {
  events: EventRecord[];
  /** Sends an event; returns at once. */
  send(payload: Json & { event: Json; event_id: string }): void;
  /** Sends an event that was sent before, as a retry with the same event id. */
  redeliver(record: EventRecord): Promise<void>;
  /** Sends a command or an interaction once; throws when the bot does not answer in time. */
  ask(type: 'slash_commands' | 'interactive', payload: Json): Promise<Json>;
  /** Sends Slack's url_verification challenge; true when the bot answers it. */
  challenge(): Promise<boolean>;
  close(): void;
}

export interface DeliveryOptions {
  transport: Transport;
  tricks: EventTricks;
  /** The pauses before the second, third and fourth attempt. */
  retryDelaysMs: number[];
  onProgress: () => void;
}

/** Creates the delivery; `close` ends every pending retry. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { transport, tricks } = options;
  const closing = new AbortController();
  const events: EventRecord[] = [];

  async function tryOnce(
    record: EventRecord,
    retry: { number: number; reason: string },
  ): Promise<Receipt> {
    record.attempts += 1;
    const receipt = await transport.attempt({
      type: 'events_api',
      payload: record.payload,
      retryNumber: retry.number,
      retryReason: retry.reason,
    });
    if (!receipt.ok || tricks.ignoreAcks === 0) return receipt;
    tricks.ignoreAcks -= 1;
    return { ok: false, reason: 'timeout' };
  }

  async function deliver(record: EventRecord, firstTry = 0): Promise<void> {
    let reason = firstTry > 0 ? 'timeout' : '';
    for (let number = firstTry; number <= options.retryDelaysMs.length; number += 1) {
      if (number > firstTry) await sleep(options.retryDelaysMs[number - 1], undefined, closing);
      if (!transport.isOpen()) {
        await transport.opened();
        // What Slack could not send while no socket was open counts as a failed first attempt.
        number = Math.max(number, 1);
        reason ||= 'timeout';
      }
      if (closing.signal.aborted) return;
      const receipt = await tryOnce(record, { number, reason });
      if (receipt.ok) record.acknowledged = true;
      options.onProgress();
      if (receipt.ok || receipt.noRetry) return;
      ({ reason } = receipt);
    }
    record.gaveUp = true;
    options.onProgress();
  }

  const start = (record: EventRecord, firstTry = 0): Promise<void> =>
    deliver(record, firstTry).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });

  return {
    events,
    send(payload) {
      const type = String(payload.event['type']);
      const record: EventRecord = {
        eventId: payload.event_id,
        type,
        payload,
        attempts: 0,
        acknowledged: false,
        gaveUp: false,
      };
      events.push(record);
      const copies = tricks.duplicate > 0 ? 2 : 1;
      tricks.duplicate -= copies - 1;
      for (let copy = 0; copy < copies; copy += 1) {
        if (tricks.held) tricks.held.push(() => void start(record));
        else void start(record);
      }
    },
    redeliver: (record) => start(record, 1),
    async ask(type, payload) {
      const name = type === 'slash_commands' ? String(payload['command']) : 'The request';
      if (!transport.isOpen()) throw new Error(`${name} failed with the error "dispatch_failed"`);
      const receipt = await transport.attempt({ type, payload, retryNumber: 0, retryReason: '' });
      if (receipt.ok) return toObject(receipt.body);
      const error = receipt.reason.includes('timeout') ? 'operation_timeout' : 'dispatch_failed';
      throw new Error(`${name} failed with the error "${error}"`);
    },
    async challenge() {
      const challenge = randomUUID();
      const payload = { type: 'url_verification', token: 'sandbox-verification-token', challenge };
      const receipt = await transport.attempt({
        type: 'events_api',
        payload,
        retryNumber: 0,
        retryReason: '',
      });
      return receipt.ok && toObject(receipt.body)['challenge'] === challenge;
    },
    close: () => closing.abort(),
  };
}

function toObject(body: unknown): Json {
  if (typeof body === 'string') return body === '' ? {} : { text: body };
  return isJson(body) ? body : {};
}
