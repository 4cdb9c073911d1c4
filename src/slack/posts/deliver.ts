// A finished batch's results to the person who asked: in the thread, or, where Darkroom may write
// there no longer, in a direct message.

import type { Batch } from '../../batch/batch.ts';
import type { WrittenResults } from '../../batch/results.ts';
import type { Logger } from '../../logger.ts';
import { findDirect } from '../find-direct.ts';
import { toChannel, type Place } from './own-message.ts';
import { sayForCertain, type Note, type SayNeeds } from './say-once.ts';
import { isClosedChannel, isLockedOut, toSlackFailure } from '../slack-failure.ts';
import type { Stand, ThreadMemory, UploadRecord } from '../thread-memory.ts';
import { uploadFiles, UploadRefusedError, type UploadTask } from './upload.ts';
import { showFileName } from '../views/progress.ts';
import { buildResultsText } from '../views/results.ts';
import { wordsOf } from '../words/words-of.ts';

export interface DeliverNeeds extends SayNeeds {
  readonly memory: SayNeeds['memory'] & Pick<ThreadMemory, 'readUpload' | 'writeUpload'>;
  readonly log: Logger;
  readonly settleMs?: number;
}

/**
 * Resolves when the files certainly stand where the person finds them, or when Slack has refused them for
 * good and the person was told, if they can be. Rejects on outages; calling it again never posts a second time.
 */
export async function deliver(
  batch: Batch,
  results: WrittenResults,
  { needs, signal }: Options,
): Promise<void> {
  const options = { needs, signal };
  if (batch.declinedBy !== undefined) return tellDeclined(batch, batch.declinedBy, options);
  const { channel, threadTs } = batch.drop;
  const task: UploadTask = {
    files: results.files,
    comment: buildResultsText(batch, results),
    channel,
    threadTs,
  };
  const record = await needs.memory.readUpload(batch.id);
  if (record?.stage === 'undeliverable') return tellUndelivered(batch, record, options);
  const elsewhere = record !== undefined && record.channel !== channel;
  const refusal = await upload(elsewhere ? toPlace(task, record) : task, batch, options);
  if (refusal === undefined) return;
  const refused = { ...options, code: refusal.code };
  if (isClosedChannel(refusal) && !elsewhere) await deliverInPerson(task, batch, refused);
  else await giveUp(task, batch, refused);
}

interface Options {
  readonly needs: DeliverNeeds;
  readonly signal: AbortSignal;
}

interface Refused extends Options {
  /** Slack's word for why the files may not go into their thread. */
  readonly code: string;
}

/** There is nothing to deliver; an edited message would not notify the person. */
async function tellDeclined(batch: Batch, by: string, options: Options): Promise<void> {
  const { user } = batch.drop;
  const words = wordsOf(batch.language).results;
  const text = words.declined(`<@${user}>`, showFileName(batch), `<@${by}>`);
  const note = { about: batch.id, what: 'declined', text, place: () => batch.drop };
  if ((await sayIfMay(note, options)) !== undefined) return;
  await sayIfMay({ ...note, what: 'declined_direct', place: inPerson(batch, options) }, options);
}

/** To say it in a direct message. */
function inPerson({ drop }: Batch, { needs }: Options): Note['place'] {
  return async (begunMs) => {
    // Only to look there: a message to somebody's id opens the direct message.
    const direct = begunMs === undefined ? undefined : await findDirect(drop.user, needs.clients);
    return toChannel(direct ?? drop.user, begunMs);
  };
}

/** Rejects where it may be said later; undefined where Slack's no is final, since a batch has to end. */
async function sayIfMay(note: Note, { needs, signal }: Options): Promise<Stand | undefined> {
  try {
    return await sayForCertain(note, needs, signal);
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind !== 'refused' || isLockedOut(failure)) throw error;
    const { about: batch, what } = note;
    needs.log.warn({ err: error, batch, what }, 'a person could not be told');
    return undefined;
  }
}

function toPlace(task: UploadTask, { channel, threadTs }: UploadRecord): UploadTask {
  return { ...task, channel, threadTs };
}

/** Resolves to Slack's final no, if it says so. */
async function upload(
  task: UploadTask,
  { id }: Batch,
  { needs, signal }: Options,
): Promise<UploadRefusedError['failure'] | undefined> {
  const { clients, log, memory, settleMs } = needs;
  const uploading = {
    clients,
    log,
    readUpload: () => memory.readUpload(id),
    writeUpload: (record: UploadRecord) => memory.writeUpload(id, record),
    ...(settleMs === undefined ? {} : { settleMs }),
  };
  try {
    await uploadFiles(task, uploading, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof UploadRefusedError)) throw error;
    log.warn({ err: error, batch: id }, 'Slack refused the results');
    return error.failure;
  }
}

async function deliverInPerson(task: UploadTask, batch: Batch, options: Refused): Promise<void> {
  const { needs } = options;
  const { id: about, drop } = batch;
  const { elsewhere } = wordsOf(batch.language).results;
  const text = elsewhere(showFileName(batch), `<#${drop.channel}>`);
  const note = { about, what: 'elsewhere', text, place: inPerson(batch, options) };
  const stand = await sayIfMay(note, options);
  if (stand === undefined) return giveUp(task, batch, options);
  const there = { channel: stand.channel, threadTs: stand.ts };
  const files = task.files.map(({ name, bytes }) => ({ name, bytes }));
  await needs.memory.writeUpload(batch.id, { stage: 'planned', files, ...there });
  const moved = { ...task, ...there };
  const refusal = await upload(moved, batch, options);
  if (refusal !== undefined) await giveUp(moved, batch, { ...options, code: refusal.code });
}

/** Noted before it is told: results that Slack refused are not sent again because it was not told at once. */
async function giveUp(
  { files, channel, threadTs }: UploadTask,
  batch: Batch,
  { code, ...options }: Refused,
): Promise<void> {
  const { memory, log } = options.needs;
  log.error({ batch: batch.id, code }, 'Slack does not take the results; they stay in Redis');
  const record: UploadRecord = {
    stage: 'undeliverable',
    files: files.map(({ name, bytes }) => ({ name, bytes })),
    channel,
    threadTs,
    refusal: code,
  };
  await memory.writeUpload(batch.id, record);
  await tellUndelivered(batch, record, options);
}

async function tellUndelivered(
  batch: Batch,
  { refusal = '', channel, threadTs }: UploadRecord,
  options: Options,
): Promise<void> {
  const words = wordsOf(batch.language).results;
  const text = words.undelivered(`<@${batch.drop.user}>`, showFileName(batch), refusal);
  const place = (): Place => ({ channel, threadTs });
  await sayIfMay({ about: batch.id, what: 'undelivered', text, place }, options);
}
