// Stopping a batch: who may, and what there is left to stop. Every way to stop one comes through here.

import { hasEnded, type Batch } from '../batch/batch.ts';
import { toFault, type Fault } from '../errors.ts';
import type { Conversation } from './conversation.ts';

/** undefined when it is being stopped; else why not. Only the person who asked for it and admins may. */
export async function cancelBatch(
  batch: Batch,
  by: string,
  { desk, people, onRecorded }: Pick<Conversation, 'desk' | 'people' | 'onRecorded'>,
): Promise<Fault | undefined> {
  const { id, drop } = batch;
  if (by !== drop.user && !(await people.read(by)).isAdmin) return toFault('E_NOT_ALLOWED', { id });
  if (hasEnded(batch)) return toFault('E_BATCH_ENDED', { id });
  const result = await desk.cancel(id, by);
  if (result === 'cancelled') onRecorded();
  else return toFault(result === 'ended' ? 'E_BATCH_ENDED' : 'E_BATCH_UNKNOWN', { id });
  return undefined;
}
