// A batch's results files into its thread, as one message, exactly once.
//
// planned -> url_issued (file ids known) -> bytes_sent -> completed. A stage is stored before what it
// allows is begun. Files become visible by the last call alone, so everything before it may be begun
// afresh. Where the last call's outcome is not known, Slack is asked for up to a minute whether the
// files stand in the thread before the call is made again.

import { SlackError, type WebClient } from '@slack/web-api';
import type { Logger } from '../../logger.ts';
import type { Clients } from '../clients.ts';
import { isUploadVisible } from './is-upload-visible.ts';
import { patiently } from '../patiently.ts';
import { pause } from '../pause.ts';
import { BytesNotSentError, sendBytes } from './send-bytes.ts';
import { isLockedOut, toSlackFailure, type SlackFailure } from '../slack-failure.ts';
import type { UploadFile, UploadRecord } from '../thread-memory.ts';

export interface UploadTask {
  readonly files: readonly {
    readonly path: string;
    readonly name: string;
    readonly bytes: number;
  }[];
  /** mrkdwn above the files. */
  readonly comment: string;
  readonly channel: string;
  /** The thread's parent message; never a reply. */
  readonly threadTs: string;
}

export interface UploadNeeds {
  readonly clients: Clients;
  readonly log: Logger;
  readUpload(): Promise<UploadRecord | undefined>;
  writeUpload(record: UploadRecord): Promise<void>;
  /** Asked when all is sent that nobody sees: where the files are not wanted any more they are not posted. */
  isWanted?(): Promise<boolean>;
  /** How long files may take to show up before they count as not shared. Milliseconds. */
  readonly settleMs?: number;
}

/** Slack's final no to a file or to the place it should go to. */
export class UploadRefusedError extends Error {
  readonly failure: Extract<SlackFailure, { kind: 'refused' }>;

  constructor(failure: Extract<SlackFailure, { kind: 'refused' }>, options?: ErrorOptions) {
    super(`Slack refused an upload: ${failure.code}`, options);
    this.name = 'UploadRefusedError';
    this.failure = failure;
  }
}

const rounds = 5;
const settleMs = 60_000;

/**
 * Resolves when the files certainly stand in the thread, also when an earlier call put them there, or when they
 * are not wanted.
 * Throws UploadRefusedError where Slack will not have them, and other errors for outages; calling it
 * again goes on where it stopped.
 */
export async function uploadFiles(
  task: UploadTask,
  needs: UploadNeeds,
  signal: AbortSignal,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    const record = await needs.readUpload();
    if (record?.stage === 'completed') return;
    if (record?.stage === 'bytes_sent' && (await hasAppeared(record, needs, signal))) {
      await needs.writeUpload({ ...record, stage: 'completed' });
      return;
    }
    try {
      await uploadOnce(task, needs, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      await waitAfter(error, { round, log: needs.log, signal });
    }
  }
}

/** Throws what another round cannot mend: Slack's final no, and everything that is not between us and Slack. */
async function waitAfter(
  error: unknown,
  { round, log, signal }: { round: number; log: Logger; signal: AbortSignal },
): Promise<void> {
  const failure = toSlackFailure(error);
  // The results wait for the administrator: nothing is wrong with them.
  if (isLockedOut(failure)) throw error;
  if (failure.kind === 'refused') throw new UploadRefusedError(failure, { cause: error });
  if (!isTrouble(error) || round === rounds) throw error;
  log.warn({ err: error, round }, 'an upload did not get through');
  await pause(failure.kind === 'rate-limited' ? failure.afterMs : 500 * 2 ** round, signal);
}

/** An answer that breaks off comes through the client as fetch's own TypeError. */
function isTrouble(error: unknown): boolean {
  return (
    error instanceof SlackError || error instanceof BytesNotSentError || error instanceof TypeError
  );
}

async function uploadOnce(
  task: UploadTask,
  needs: UploadNeeds,
  signal: AbortSignal,
): Promise<void> {
  const { channel, threadTs } = task;
  const place = { channel, threadTs };
  const plan: readonly UploadFile[] = task.files.map(({ name, bytes }) => ({ name, bytes }));
  await needs.writeUpload({ stage: 'planned', files: plan, ...place });

  const targets: { fileId: string; url: string }[] = [];
  for (const file of task.files) targets.push(await issueUrl(needs.clients.steady, file));
  const files = task.files.map(({ name, bytes }, index) => ({
    name,
    bytes,
    fileId: targets[index]?.fileId ?? '',
  }));
  await needs.writeUpload({ stage: 'url_issued', files, ...place });

  for (const [index, { path, bytes }] of task.files.entries()) {
    await sendBytes({ url: targets[index]?.url ?? '', path, bytes, signal });
  }
  await ensureStillOurs(files, needs);
  if (!((await needs.isWanted?.()) ?? true)) return;
  await needs.writeUpload({ stage: 'bytes_sent', files, ...place });
  await complete(task, files, { needs, signal });
  await needs.writeUpload({ stage: 'completed', files, ...place });
}

/** A process that stood still may have lost the step to another, which has begun the upload afresh. */
async function ensureStillOurs(
  files: readonly Required<UploadFile>[],
  { readUpload }: UploadNeeds,
): Promise<void> {
  const stored = (await readUpload())?.files.map(({ fileId }) => fileId);
  const ours = files.map(({ fileId }) => fileId);
  if (stored?.join() !== ours.join())
    throw new Error('this upload was taken over by another process');
}

async function issueUrl(
  client: WebClient,
  file: { readonly name: string; readonly bytes: number },
): Promise<{ fileId: string; url: string }> {
  const issued = await client.files.getUploadURLExternal({
    filename: file.name,
    length: file.bytes,
  });
  if (issued.file_id === undefined || issued.upload_url === undefined) {
    throw new Error('Slack issued no address for an upload');
  }
  return { fileId: issued.file_id, url: issued.upload_url };
}

async function complete(
  task: UploadTask,
  files: readonly Required<UploadFile>[],
  { needs, signal }: { needs: UploadNeeds; signal: AbortSignal },
): Promise<void> {
  const [first, ...others] = files.map(({ fileId, name }) => ({ id: fileId, title: name }));
  if (first === undefined) throw new Error('there is no file to upload');
  const request = {
    files: [first, ...others] as [typeof first, ...typeof others],
    channel_id: task.channel,
    thread_ts: task.threadTs,
    initial_comment: task.comment,
  };
  try {
    await patiently(
      () => needs.clients.once.files.completeUploadExternal(request),
      (ms) => pause(ms, signal),
    );
  } catch (error) {
    const known = toSlackFailure(error).kind !== 'unknown';
    const { channel, threadTs } = task;
    // Slack said that it shared nothing: the next round need not look for the files.
    if (known) await needs.writeUpload({ stage: 'url_issued', files, channel, threadTs });
    throw error;
  }
}

async function hasAppeared(
  record: UploadRecord,
  needs: UploadNeeds,
  signal: AbortSignal,
): Promise<boolean> {
  const untilMs = performance.now() + (needs.settleMs ?? settleMs);
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    if (await isUploadVisible(record, needs.clients.steady)) return true;
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) return false;
    await pause(Math.min(waitMs, leftMs), signal);
  }
}
