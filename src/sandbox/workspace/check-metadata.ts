// Message metadata as chat.postMessage accepts it.
import { isJson } from './json.ts';
import { Refusal } from './refusal.ts';
import type { MessageMetadata } from './slack-objects.ts';

const maxBytes = 16_000;

/** Returns the metadata, or undefined when none was given; throws `invalid_metadata_format` or `metadata_too_large`. */
export function checkMetadata(value: unknown): MessageMetadata | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || !('event_type' in value) || !('event_payload' in value)) {
    throw new Refusal('invalid_metadata_format');
  }
  const { event_type, event_payload } = value;
  if (typeof event_type !== 'string' || event_type === '' || !isJson(event_payload)) {
    throw new Refusal('invalid_metadata_format');
  }
  if (Buffer.byteLength(JSON.stringify(event_payload)) > maxBytes) {
    throw new Refusal('metadata_too_large');
  }
  return { event_type, event_payload };
}
