// A batch's record and faults as Redis holds them -> a Batch.

import { z } from 'zod';
import type { Batch, Counts, FaultGroup, Sums } from '../batch/batch.ts';
import type { Fault } from '../errors.ts';

export const storedHash = z.record(z.string(), z.string());
export type StoredHash = Readonly<z.infer<typeof storedHash>>;

export const batchState = z.enum([
  'reading',
  'running',
  'paused',
  'finishing',
  'done',
  'cancelled',
  'refused',
]);
export const pauseReason = z.enum([
  'model-away',
  'model-misconfigured',
  'approval',
  'turn',
  'person',
  'rejected',
]);

/** Undefined where there is no such batch (any more). */
export function parseBatch(id: string, record: StoredHash, faults: StoredHash): Batch | undefined {
  const { state, drop } = record;
  if (state === undefined || drop === undefined) return undefined;
  return {
    id,
    state: batchState.parse(state),
    drop: JSON.parse(drop),
    language: record['language'] === 'zh' ? 'zh' : 'en',
    counts: parseCounts(record),
    sums: parseSums(record),
    faultGroups: parseFaultGroups(faults),
    createdMs: numberOf(record, 'createdMs'),
    ...parsePause(record),
    ...pick(
      record,
      [
        'startedMs',
        'endedMs',
        'estimateSeconds',
        'soFarMs',
        'stuckMs',
        'diskFullMs',
        'recheckedRows',
      ],
      Number,
    ),
    ...pick(record, ['fault', 'table', 'summary', 'recipe'], JSON.parse),
    ...pick(record, ['textIgnored'], (text) => text === '1'),
    ...pick(record, ['model', 'fileHash', 'cancelledBy', 'approvedBy', 'declinedBy'], String),
    ...pick(record, ['fingerprint', 'retriedAs', 'retriedBy'], String),
  };
}

function parseCounts(record: StoredHash): Counts {
  return {
    total: numberOf(record, 'total'),
    pending: numberOf(record, 'pending'),
    running: numberOf(record, 'running'),
    done: numberOf(record, 'done'),
    failed: numberOf(record, 'failed'),
    cancelled: numberOf(record, 'cancelled'),
  };
}

function parseSums(record: StoredHash): Sums {
  return {
    promptTokens: numberOf(record, 'promptTokens'),
    completionTokens: numberOf(record, 'completionTokens'),
    cachedRows: numberOf(record, 'cachedRows'),
    animatedPictures: numberOf(record, 'animatedPictures'),
    modelSeconds: numberOf(record, 'modelMs') / 1000,
  };
}

function parsePause(record: StoredHash): Pick<Batch, 'pause'> {
  const reason = record['pauseReason'];
  if (reason === undefined) return {};
  const by = record['pauseBy'];
  const fault = record['pauseFault'];
  return {
    pause: {
      reason: pauseReason.parse(reason),
      sinceMs: numberOf(record, 'pauseSinceMs'),
      ...(by === undefined ? {} : { by }),
      ...(fault === undefined ? {} : { fault: JSON.parse(fault) }),
    },
  };
}

function parseFaultGroups(faults: StoredHash): FaultGroup[] {
  const codes = Object.keys(faults).flatMap((field) =>
    field.endsWith(':count') ? [field.slice(0, -':count'.length)] : [],
  );
  const groups = codes.map((code) => parseFaultGroup(code, faults));
  return groups.toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}

function parseFaultGroup(code: string, faults: StoredHash): FaultGroup {
  const example: Fault = JSON.parse(faults[`${code}:example`] ?? '{}');
  const lines = (faults[`${code}:lines`] ?? '').split(',').map(Number);
  return {
    code: example.code,
    count: numberOf(faults, `${code}:count`),
    lines: lines.toSorted((a, b) => a - b),
    example,
    varied: faults[`${code}:varied`] === '1',
  };
}

/** The fields that are there, each converted. */
function pick<Field extends string, Value>(
  record: StoredHash,
  fields: readonly Field[],
  convert: (text: string) => Value,
): { [Name in Field]?: Value } {
  const found: { [Name in Field]?: Value } = {};
  for (const field of fields) {
    const text = record[field];
    if (text !== undefined) found[field] = convert(text);
  }
  return found;
}

function numberOf(record: StoredHash, field: string): number {
  return Number(record[field] ?? 0);
}
