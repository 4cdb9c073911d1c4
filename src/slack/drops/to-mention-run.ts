// "@darkroom run" below a file, as what it asks for. Pure.

import type { Asking, SlackMessage } from './to-drops.ts';
import { isInstruction, parseCommand, withoutMentions } from '../commands/verbs.ts';

export interface MentionRun {
  /** The message above, which should hold the file. */
  readonly place: { readonly channel: string; readonly ts: string };
  readonly asking: Asking;
  /** Nothing but the mention: a start only where nothing was started before, else a call for news. */
  readonly bare: boolean;
}

/** undefined where the message asks for something else, stands in no thread, or brings its own file. */
export function toMentionRun(message: SlackMessage, team: string): MentionRun | undefined {
  const { channel, user, ts, thread_ts: parentTs } = message;
  if (channel == null || user == null || parentTs == null || parentTs === ts) return undefined;
  if ((message.files ?? []).length > 0) return undefined;
  const said = withoutMentions(message.text ?? '');
  const text = toRunText(said);
  if (text === undefined) return undefined;
  const asking = { team, channel, user, key: `${team}:${channel}:${ts}` };
  return {
    place: { channel, ts: parentTs },
    asking: text === '' ? asking : { ...asking, text },
    bare: said === '',
  };
}

/** What the run is to follow: '' for the text of the message above. */
function toRunText(said: string): string | undefined {
  if (said === '') return said;
  const command = parseCommand(said);
  if ('verb' in command) return command.verb === 'run' ? command.rest : undefined;
  return isInstruction(said) ? said : undefined;
}
