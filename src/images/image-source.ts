// An image reference out of a cell -> a picture ready for the model, or the fault that its row fails
// with: address judged, bytes fetched, decoded, shrunk, hashed.

import type { PreparedImage } from '../batch/completion.ts';
import { toFault, type Fault } from '../errors.ts';
import { createAllowList } from './allow-list.ts';
import { createCheckedAgent, type Lookup } from './checked-agent.ts';
import { createDecoder } from './decode-image.ts';
import { toDirectLinkExample } from './direct-link.ts';
import { fetchImage } from './fetch-image.ts';
import { createHostBreaker, type HostBreakerOptions } from './host-breaker.ts';
import { createHostPaces, maxFetchesPerHost } from './host-pace.ts';
import { parseImageUrl } from './image-url.ts';
import { toTooLarge } from './read-body.ts';
import { createSharedSlots } from './shared-slots.ts';
import { createSlots } from './slots.ts';
import { sniffFormat } from './sniff-format.ts';

/** Photos come in faster than they are shrunk; without a bound a batch of large ones takes a gigabyte. One
 *  host may have half of it. */
const defaultInHand = 48;
/** Of the largest pictures, this many may be in memory; of smaller ones as many as take no more. */
const largestInHand = 8;

export interface ImageSourceOptions {
  /** `host` or `host:port`. */
  readonly allowHosts: readonly string[];
  readonly allowPrivateCidrs: readonly string[];
  /** Milliseconds for one try at an image, from its first byte asked to its last received. */
  readonly totalMs?: number;
  readonly maxBytes?: number;
  /** Milliseconds before the second try; four times as long before the third. */
  readonly retryMs?: number;
  /** Pictures decoded at once. */
  readonly decodeParallel?: number;
  /** Pictures fetched at once or waiting to be decoded: each may hold `maxBytes`. */
  readonly inHand?: number;
  readonly breaker?: HostBreakerOptions;
  /** How names are resolved; the system's way by default. */
  readonly lookup?: Lookup;
}

export interface ImageSource {
  /** Transient failures are retried inside. Throws only the signal's reason. */
  prepare(
    reference: string,
    options: { readonly pixelBudget: number; readonly signal: AbortSignal },
  ): Promise<PreparedImage | Fault>;
  /** The same for a picture that is at hand already, as out of a file. Throws only the signal's reason. */
  prepareBytes(
    bytes: Buffer,
    options: { readonly pixelBudget: number; readonly signal: AbortSignal },
  ): Promise<PreparedImage | Fault>;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

export function createImageSource(options: ImageSourceOptions): ImageSource {
  const { totalMs = 15_000, maxBytes = 20_000_000, retryMs = 250, lookup } = options;
  const allowList = createAllowList({
    hosts: options.allowHosts,
    cidrs: options.allowPrivateCidrs,
  });
  const agent = createCheckedAgent({
    allowList,
    connectionsPerHost: maxFetchesPerHost,
    ...(lookup === undefined ? {} : { lookup }),
  });
  const hosts = createHostPaces();
  const breaker = createHostBreaker(options.breaker);
  const hands = createSharedSlots(options.inHand ?? defaultInHand);
  const room = createSlots(largestInHand * maxBytes);
  const decode = createDecoder(options.decodeParallel);
  return {
    async prepare(reference, { pixelBudget, signal }) {
      const target = parseImageUrl(reference, allowList);
      if ('code' in target) return target;
      const needs = { agent, allowList, hosts, breaker, hands, room, totalMs, maxBytes, retryMs };
      const fetched = await fetchImage(target, needs, signal);
      if ('code' in fetched) return fetched;
      try {
        return (
          judgeFormat(fetched.bytes, fetched.url) ??
          (await decode(fetched.bytes, { pixelBudget, signal }))
        );
      } finally {
        hands.release(target.host);
        room.release(fetched.bytes.length);
      }
    },
    async prepareBytes(bytes, { pixelBudget, signal }) {
      if (bytes.length > maxBytes) return toTooLarge(maxBytes);
      return judgeFormat(bytes) ?? decode(bytes, { pixelBudget, signal });
    },
    close: async () => agent.destroy(),
  };
}

/** `url`: where the bytes were fetched from, if they were. */
function judgeFormat(bytes: Buffer, url?: URL): Fault | undefined {
  if (bytes.length === 0) return toFault('E_IMAGE_EMPTY', {});
  const sniffed = sniffFormat(bytes);
  switch (sniffed.kind) {
    case 'readable':
      return undefined;
    case 'refused':
      return toFault('E_IMAGE_FORMAT', { format: sniffed.format });
    case 'other':
      return url === undefined
        ? toFault('E_FILE_NOT_IMAGE', { found: sniffed.found })
        : toFault('E_IMAGE_NOT_IMAGE', { found: sniffed.found, example: toDirectLinkExample(url) });
  }
}
