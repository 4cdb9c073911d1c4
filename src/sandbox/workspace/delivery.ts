// Sends events to the bot until it acknowledges them, as Slack does: at once, then three more times with growing pauses.
// Commands and interactions are sent once; a person sees when they fail. How a thing travels is the transport's matter.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventTricks } from './faults.ts';
import { isJson, type Json } from './json.ts';

export interface Attempt {
  type: 'events_api' | 'slash_commands' | 'interactive';
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

export interface DeliveryOptions {
  transport: Transport;
  tricks: EventTricks;
  /** The pauses before the second, third and fourth attempt. */
  retryDelaysMs: number[];
  onProgress: () => void;
}

/** The way to the bot; `close` ends every pending retry. */
export class Delivery {
  readonly events: EventRecord[] = [];
  readonly #options: DeliveryOptions;
  readonly #closing = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Sends an event; returns at once. */
  send(payload: Json & { event: Json; event_id: string }): void {
    const { tricks, onProgress } = this.#options;
    const record: EventRecord = {
      eventId: payload.event_id,
      type: String(payload.event['type']),
      payload,
      attempts: 0,
      acknowledged: false,
      gaveUp: tricks.lost,
    };
    this.events.push(record);
    if (tricks.lost) {
      onProgress();
      return;
    }
    const copies = tricks.duplicate > 0 ? 2 : 1;
    tricks.duplicate -= copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (tricks.held) tricks.held.push(() => void this.#deliver(record, 0));
      else void this.#deliver(record, 0);
    }
  }

  /** Sends an event that was sent before, as a retry with the same event id. */
  redeliver(record: EventRecord): Promise<void> {
    return this.#deliver(record, 1);
  }

  /** Sends a command or an interaction once; throws what Slack shows when the bot does not answer in time. */
  async ask(type: 'slash_commands' | 'interactive', payload: Json): Promise<Json> {
    const { transport } = this.#options;
    const name = type === 'slash_commands' ? String(payload['command']) : 'The request';
    if (!transport.isOpen()) throw new Error(`${name} failed with the error "dispatch_failed"`);
    const receipt = await transport.attempt({ type, payload, retryNumber: 0, retryReason: '' });
    if (receipt.ok) return toObject(receipt.body);
    const error = receipt.reason.includes('timeout') ? 'operation_timeout' : 'dispatch_failed';
    throw new Error(`${name} failed with the error "${error}"`);
  }

  /** Sends Slack's url_verification challenge; true when the bot answers it. */
  async challenge(): Promise<boolean> {
    const challenge = randomUUID();
    const receipt = await this.#options.transport.attempt({
      type: 'events_api',
      payload: { type: 'url_verification', token: 'sandbox-verification-token', challenge },
      retryNumber: 0,
      retryReason: '',
    });
    return receipt.ok && toObject(receipt.body)['challenge'] === challenge;
  }

  close(): void {
    this.#closing.abort();
  }

  async #deliver(record: EventRecord, firstTry: number): Promise<void> {
    const { retryDelaysMs, onProgress } = this.#options;
    let reason = 'timeout';
    for (let number = firstTry; number <= retryDelaysMs.length; number += 1) {
      if (number > firstTry) await this.#pause(retryDelaysMs[number - 1] ?? 0);
      // What Slack could not send while no socket was open counts as a failed first attempt.
      if (await this.#waitForBot()) number = Math.max(number, 1);
      if (this.#closing.signal.aborted) return;
      const receipt = await this.#tryOnce(record, { number, reason });
      onProgress();
      if (receipt.ok || receipt.noRetry) return;
      ({ reason } = receipt);
    }
    record.gaveUp = true;
    onProgress();
  }

  async #pause(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  /** True when the bot was away and has come. */
  async #waitForBot(): Promise<boolean> {
    if (this.#options.transport.isOpen()) return false;
    await this.#options.transport.opened();
    return true;
  }

  async #tryOnce(
    record: EventRecord,
    { number, reason }: { number: number; reason: string },
  ): Promise<Receipt> {
    const { transport, tricks } = this.#options;
    record.attempts += 1;
    const receipt = await transport.attempt({
      type: 'events_api',
      payload: record.payload,
      retryNumber: number,
      retryReason: number > 0 ? reason : '',
    });
    if (receipt.ok && tricks.ignoreAcks > 0) {
      tricks.ignoreAcks -= 1;
      return { ok: false, reason: 'timeout' };
    }
    record.acknowledged ||= receipt.ok;
    return receipt;
  }
}

function toObject(body: unknown): Json {
  if (typeof body === 'string') return body === '' ? {} : { text: body };
  return isJson(body) ? body : {};
}
