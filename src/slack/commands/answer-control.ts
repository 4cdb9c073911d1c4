// Commands that change a batch: stop, pause, resume, purge. Answers what was done, or asks which batch.

import { isHeld, isStuck, type Batch } from '../../batch/batch.ts';
import type { Language } from '../../batch/language.ts';
import { toFault, type Fault } from '../../errors.ts';
import type { Answer, Asked } from './answer-command.ts';
import { cancelBatch, pauseBatch, resumeBatch } from './control-batch.ts';
import type { Conversation } from '../conversation.ts';
import { findBatches } from './find-batches.ts';
import { findPurgeFault } from './purge-batch.ts';
import { toMessage } from '../to-message.ts';
import type { Command, Verb } from './verbs.ts';
import { buildChoice } from '../views/batches.ts';
import type { Message } from '../views/blocks.ts';
import { buildPurgeQuestion } from '../views/purge.ts';
import { wordsOf } from '../words/words-of.ts';

type ControlVerb = Extract<Verb, 'cancel' | 'pause' | 'resume' | 'purge'>;

/** Without a number: the batch of the thread, or the person's own; a fault where it cannot be told which one is meant,
 *  or may not be done. Rejects while the store is away. */
export async function answerControl(
  command: Command & { readonly verb: ControlVerb },
  asked: Asked,
  conversation: Conversation,
): Promise<Answer | Message | Fault> {
  const { verb, id } = command;
  const { asker, person } = asked;
  const found = await findBatches(command, asker, conversation);
  if ('code' in found) return found;
  const meant = id === undefined && verb === 'resume' ? toHeld(found) : found;
  const [batch, ...others] = meant;
  if (others.length > 0) return answerSeveral(verb, meant, person.language);
  if (batch === undefined) {
    return verb === 'purge'
      ? toNameFault(verb, person.language)
      : toFault('E_NO_RUNNING_BATCH', {});
  }
  return controls[verb](batch, asked, conversation);
}

/** Of several, those that there is something to resume of. */
function toHeld(batches: readonly Batch[]): readonly Batch[] {
  const held = batches.filter(isHeld);
  return held.length > 0 ? held : batches;
}

function answerSeveral(
  verb: ControlVerb,
  batches: readonly Batch[],
  language: Language,
): Answer | Fault {
  if (verb !== 'cancel') return toNameFault(verb, language);
  return { message: buildChoice(batches, language), audience: 'person' };
}

const chineseVerbs = { cancel: '取消', pause: '暂停', resume: '继续', purge: '清除' } as const;

function toNameFault(verb: ControlVerb, language: Language): Fault {
  return toFault('E_NAME_BATCH', { verb: language === 'zh' ? chineseVerbs[verb] : verb });
}

type Controlled = (
  batch: Batch,
  asked: Asked,
  conversation: Conversation,
) => Promise<Answer | Message | Fault>;

const controls: Readonly<Record<ControlVerb, Controlled>> = {
  async cancel(batch, { asker, person }, conversation) {
    const fault = await cancelBatch(batch, asker.user, conversation);
    if (fault !== undefined) return fault;
    const { batches, control } = wordsOf(person.language);
    if (isStuck(batch)) return toMessage(control.endedStuck(batch.id));
    const { stopping, stoppingUnread } = batches;
    return toMessage(batch.state === 'reading' ? stoppingUnread(batch.id) : stopping(batch.id));
  },
  async pause(batch, { asker, person }, conversation) {
    const fault = await pauseBatch(batch, asker.user, conversation);
    const { control } = wordsOf(person.language);
    return fault ?? toMessage(control.paused(batch.id, conversation.slashCommand));
  },
  async resume(batch, { asker, person }, conversation) {
    const fault = await resumeBatch(batch, asker.user, conversation);
    const { control } = wordsOf(person.language);
    const waited = batch.pause?.reason === 'approval';
    return fault ?? toMessage(waited ? control.approved(batch.id) : control.resumed(batch.id));
  },
  async purge(batch, { asker, person }, conversation) {
    const fault = findPurgeFault(batch, asker.user, conversation);
    if (fault !== undefined) return fault;
    return { message: buildPurgeQuestion(batch, person.language), audience: 'person' };
  },
};
