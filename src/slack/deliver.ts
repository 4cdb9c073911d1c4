// A finished batch's results to the person who asked: in the thread, or, where Darkroom may write
// there no longer, in a direct message.

import type { Batch } from '../batch/batch.ts';
import type { WrittenResults } from '../batch/results.ts';
import type { Logger } from '../logger.ts';
import type { Clients } from './clients.ts';
import { post } from './post.ts';
import { isClosedChannel } from './slack-failure.ts';
import type { ThreadMemory, UploadRecord } from './thread-memory.ts';
import { uploadFiles, UploadRefusedError, type UploadTask } from './upload.ts';
import { showFileName } from './views/progress.ts';
import { buildResultsText } from './views/results.ts';
import { wordsOf } from './words/words-of.ts';

export interface DeliverNeeds {
  readonly clients: Clients;
  readonly memory: Pick<ThreadMemory, 'readUpload' | 'writeUpload' | 'claimOnce'>;
  readonly log: Logger;
  readonly settleMs?: number;
}

/**
 * Resolves when the files certainly stand where the person finds them, or when Slack has refused them for
 * good and the person was told. Rejects on outages; calling it again never posts a second time.
 */
export async function deliver(
  batch: Batch,
  results: WrittenResults,
  { needs, signal }: { needs: DeliverNeeds; signal: AbortSignal },
): Promise<void> {
  if (batch.declinedBy !== undefined) return tellDeclined(batch, batch.declinedBy, needs);
  const { channel, threadTs } = batch.drop;
  const task: UploadTask = {
    files: results.files,
    comment: buildResultsText(batch, results),
    channel,
    threadTs,
  };
  const record = await needs.memory.readUpload(batch.id);
  if (record?.stage === 'undeliverable') return;
  const elsewhere = record !== undefined && record.channel !== channel;
  try {
    await upload(elsewhere ? toPlace(task, record) : task, batch, { needs, signal });
  } catch (error) {
    if (!(error instanceof UploadRefusedError)) throw error;
    needs.log.warn({ err: error, batch: batch.id }, 'Slack refused the results');
    if (isClosedChannel(error.failure) && !elsewhere) {
      await deliverInPerson(task, batch, { needs, signal });
    } else {
      await giveUp(task, batch, { needs, code: error.failure.code });
    }
  }
}

/** There is nothing to deliver; an edited message would not notify the person. */
async function tellDeclined(batch: Batch, by: string, needs: DeliverNeeds): Promise<void> {
  if (!(await needs.memory.claimOnce(`declined:${batch.id}`))) return;
  const { channel, threadTs, user } = batch.drop;
  const words = wordsOf(batch.language).results;
  const text = words.declined(`<@${user}>`, showFileName(batch), `<@${by}>`);
  await post(needs.clients, { channel, thread_ts: threadTs, text }).catch((error: unknown) =>
    needs.log.warn(
      { err: error, batch: batch.id },
      'a person was not told that a batch was declined',
    ),
  );
}

function toPlace(task: UploadTask, { channel, threadTs }: UploadRecord): UploadTask {
  return { ...task, channel, threadTs };
}

async function upload(
  task: UploadTask,
  batch: Batch,
  { needs, signal }: { needs: DeliverNeeds; signal: AbortSignal },
): Promise<void> {
  await uploadFiles(
    task,
    {
      clients: needs.clients,
      log: needs.log,
      readUpload: () => needs.memory.readUpload(batch.id),
      writeUpload: (record) => needs.memory.writeUpload(batch.id, record),
      ...(needs.settleMs === undefined ? {} : { settleMs: needs.settleMs }),
    },
    signal,
  );
}

async function deliverInPerson(
  task: UploadTask,
  batch: Batch,
  { needs, signal }: { needs: DeliverNeeds; signal: AbortSignal },
): Promise<void> {
  const text = wordsOf(batch.language).results.elsewhere(
    showFileName(batch),
    `<#${batch.drop.channel}>`,
  );
  const posted = await post(needs.clients, { channel: batch.drop.user, text });
  const place = { channel: posted.channel, threadTs: posted.ts };
  const files = task.files.map(({ name, bytes }) => ({ name, bytes }));
  await needs.memory.writeUpload(batch.id, { stage: 'planned', files, ...place });
  await deliverAgain(batch, { ...task, ...place }, { needs, signal });
}

async function deliverAgain(
  batch: Batch,
  task: UploadTask,
  { needs, signal }: { needs: DeliverNeeds; signal: AbortSignal },
): Promise<void> {
  try {
    await upload(task, batch, { needs, signal });
  } catch (error) {
    if (!(error instanceof UploadRefusedError)) throw error;
    await giveUp(task, batch, { needs, code: error.failure.code });
  }
}

async function giveUp(
  task: UploadTask,
  batch: Batch,
  { needs, code }: { needs: DeliverNeeds; code: string },
): Promise<void> {
  const { clients, memory, log } = needs;
  log.error({ batch: batch.id, code }, 'Slack does not take the results; they stay in Redis');
  const words = wordsOf(batch.language).results;
  const text = words.undelivered(`<@${batch.drop.user}>`, showFileName(batch), code);
  if (await memory.claimOnce(`undelivered:${batch.id}`)) {
    await post(clients, { channel: task.channel, thread_ts: task.threadTs, text }).catch(
      (error: unknown) => log.warn({ err: error, batch: batch.id }, 'and cannot be told so'),
    );
  }
  const files = task.files.map(({ name, bytes }) => ({ name, bytes }));
  const { channel, threadTs } = task;
  await memory.writeUpload(batch.id, { stage: 'undeliverable', files, channel, threadTs });
}
