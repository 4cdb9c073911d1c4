// What people do to a batch, by command, mention or button: who may, and why it cannot be done. Every way
// to stop, pause, resume, approve or decline one comes through here, and each that is done is audited.

import { countUnfinished, hasEnded, type Batch } from '../../batch/batch.ts';
import { toFault, type Fault } from '../../errors.ts';
import { audit } from '../../logger.ts';
import type { Conversation } from '../conversation.ts';
import { isOperator, mayControl } from '../rights.ts';

type Needs = Pick<Conversation, 'desk' | 'people' | 'rules' | 'log' | 'onRecorded'>;

/** Does it; undefined when it is done, else why not. */
type Control = (batch: Batch, by: string, needs: Needs) => Promise<Fault | undefined>;

/** The one thing that admins of the workspace may do too. */
export const cancelBatch: Control = async (batch, by, needs) => {
  const { id } = batch;
  const { rules, people, desk } = needs;
  const may = mayControl(batch, by, rules) || (await people.read(by)).isAdmin;
  if (!may) return toFault('E_NOT_ALLOWED', { id });
  if (hasEnded(batch)) return toFault('E_BATCH_ENDED', { id });
  const result = await desk.cancel(id, by);
  if (result !== 'cancelled') return toFault(toCode(result), { id });
  return done('cancel', batch, { by, needs });
};

export const pauseBatch: Control = async (batch, by, needs) => {
  const { id } = batch;
  if (!mayControl(batch, by, needs.rules)) return toFault('E_NOT_YOURS', { id });
  const result = await needs.desk.pause(id, by);
  if (result !== 'paused') return toFault(toCode(result), { id });
  return done('pause', batch, { by, needs });
};

/** An operator who resumes a batch that waits for one has approved it. */
export const resumeBatch: Control = async (batch, by, needs) => {
  const { id } = batch;
  if (!mayControl(batch, by, needs.rules)) return toFault('E_NOT_YOURS', { id });
  const result = await needs.desk.resume(id);
  if (result === 'approval' && isOperator(by, needs.rules)) return approveBatch(batch, by, needs);
  if (result !== 'resumed') return toFault(toCode(result), { id });
  return done('resume', batch, { by, needs });
};

/** A batch that ended gets its unfinished rows worked on again, as another batch in the same thread. Pressed by
 *  several people at once, there is one such batch. Audited when it begins. */
export const retryBatch: Control = async (batch, by, needs) => {
  const { id, drop, retriedAs } = batch;
  if (!mayControl(batch, by, needs.rules)) return toFault('E_NOT_YOURS', { id });
  if (!hasEnded(batch)) return toFault('E_RETRY_ACTIVE', { id });
  if (retriedAs !== undefined) return toFault('E_RETRIED', { id, again: retriedAs });
  if (countUnfinished(batch) === 0) return toFault('E_RETRY_NOTHING', { id });
  const key = `${drop.key.replace(/:retry:\d+$/, '')}:retry:${id}`;
  const retry = { ...drop, key, retryOf: { id, by }, addressed: true };
  const { id: again, created } = await needs.desk.recordDrop(retry);
  if (!created) return toFault('E_RETRIED', { id, again });
  needs.onRecorded();
  return undefined;
};

export const approveBatch: Control = async (batch, by, needs) => {
  const { id } = batch;
  if (!isOperator(by, needs.rules)) return toFault('E_NOT_OPERATOR', { id });
  if (isDecided(batch)) return toFault('E_ALREADY_DECIDED', { id });
  const result = await needs.desk.approve(id, by);
  if (result !== 'approved') return toFault(toCode(result), { id });
  return done('approval', batch, { by, needs });
};

export const declineBatch: Control = async (batch, by, needs) => {
  const { id } = batch;
  if (!isOperator(by, needs.rules)) return toFault('E_NOT_OPERATOR', { id });
  if (isDecided(batch)) return toFault('E_ALREADY_DECIDED', { id });
  const result = await needs.desk.decline(id, by);
  if (result !== 'declined') return toFault(toCode(result), { id });
  return done('decline', batch, { by, needs });
};

/** A second press of the same person is no second approval. */
function isDecided({ approvedBy, declinedBy }: Batch): boolean {
  return approvedBy !== undefined || declinedBy !== undefined;
}

type Done = Parameters<typeof audit>[1]['event'];

function done(
  event: Done,
  batch: Batch,
  { by, needs }: { readonly by: string; readonly needs: Needs },
): undefined {
  audit(needs.log, { event, batch, by });
  needs.onRecorded();
}

const codes = {
  unknown: 'E_BATCH_UNKNOWN',
  ended: 'E_BATCH_ENDED',
  decided: 'E_ALREADY_DECIDED',
  reading: 'E_STILL_READING',
  running: 'E_NOT_PAUSED',
  approval: 'E_WAITS_APPROVAL',
  turn: 'E_WAITS_TURN',
  model: 'E_WAITS_MODEL',
} as const;

/** Why a batch that is like this cannot be changed so. */
function toCode<Result extends keyof typeof codes>(result: Result): (typeof codes)[Result] {
  return codes[result];
}
