// Which batches a command means: the one that it names, those of the thread that it was said in, or the
// person's own.

import { hasEnded, type Batch } from '../../batch/batch.ts';
import { toFault, type Fault } from '../../errors.ts';
import type { Conversation } from '../conversation.ts';
import { isSilent } from '../is-silent.ts';
import { isShownIn, type Place } from '../rights.ts';
import type { Command } from './verbs.ts';

export interface Asker extends Place {
  /** The thread that the command was said in. */
  readonly threadTs?: string;
}

export const listed = 10;

type Needs = Pick<Conversation, 'desk' | 'rules'>;

/** A batch of another place is answered for as one that does not exist. */
export async function findBatch(
  id: string,
  asker: Place,
  { desk, rules }: Needs,
): Promise<Batch | Fault> {
  const batch = await desk.readBatch(id);
  const isHere = batch !== undefined && isShownIn(asker, batch, rules) && !isSilent(batch);
  return isHere ? batch : toFault('E_BATCH_UNKNOWN', { id });
}

/** The batch that is named; else the ones of the thread; else the person's own that are at work here. */
export async function findBatches(
  { id }: Pick<Command, 'id'>,
  asker: Asker,
  needs: Needs,
): Promise<readonly Batch[] | Fault> {
  if (id !== undefined) {
    const found = await findBatch(id, asker, needs);
    return 'code' in found ? found : [found];
  }
  const { team, channel, user, threadTs } = asker;
  const { desk } = needs;
  if (threadTs !== undefined) {
    const inThread = await desk.findByThread({ team, channel, threadTs });
    const told = inThread.filter((batch) => !isSilent(batch));
    const active = told.filter((batch) => !hasEnded(batch));
    if (told.length === 0) return toFault('E_NO_BATCH_IN_THREAD', {});
    return active.length > 0 ? active : told.slice(0, 1);
  }
  return desk.listBatches({ team, channel, user, activeOnly: true, limit: listed });
}
