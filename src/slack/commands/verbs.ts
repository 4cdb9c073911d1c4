// The words that Darkroom listens for, in a slash command and after a mention. Pure.

import { nearest } from '../../batch/nearest.ts';
import { toPlainText } from '../../batch/plain-text.ts';
import { type Fault, toFault } from '../../errors.ts';
import { toOneLine } from '../escape.ts';

export type Verb = 'list' | 'status' | 'cancel' | 'pause' | 'resume' | 'purge' | 'help' | 'run';

const verbs: Readonly<Record<string, Verb>> = {
  list: 'list',
  ls: 'list',
  列表: 'list',
  批次: 'list',
  status: 'status',
  progress: 'status',
  状态: 'status',
  进度: 'status',
  cancel: 'cancel',
  stop: 'cancel',
  abort: 'cancel',
  取消: 'cancel',
  停止: 'cancel',
  pause: 'pause',
  暂停: 'pause',
  resume: 'resume',
  continue: 'resume',
  继续: 'resume',
  恢复: 'resume',
  purge: 'purge',
  delete: 'purge',
  清除: 'purge',
  删除: 'purge',
  help: 'help',
  '?': 'help',
  帮助: 'help',
  run: 'run',
  start: 'run',
  运行: 'run',
  开始: 'run',
};

export interface Command {
  readonly verb: Verb;
  /** The batch that is meant, where one is named. */
  readonly id?: string;
  /** What follows the verb, as Slack delivered it. */
  readonly rest: string;
}

/** Verbs that may be followed by the number of a batch. */
const numbered: ReadonlySet<Verb> = new Set<Verb>(['status', 'cancel', 'pause', 'resume', 'purge']);

/** Words that the help does not teach are no suggestion either. */
const untaught: ReadonlySet<string> = new Set([
  'ls',
  '?',
  'start',
  'progress',
  'abort',
  'continue',
  'delete',
]);
const taught = Object.keys(verbs).filter((word) => !untaught.has(word));

function toUnknown(word: string): Fault {
  const shown = toOneLine(word, 40);
  const begun = word.length > 1 ? taught.find((verb) => verb.startsWith(word)) : undefined;
  const near = begun ?? nearest(word, taught);
  return near === undefined
    ? toFault('E_COMMAND_UNKNOWN', { word: shown })
    : toFault('E_COMMAND_MISSPELT', { word: shown, nearest: near });
}

function withoutQuotes(word: string): string {
  return word.replaceAll(/^["'`*]+|["'`*。.!！]+$/g, '');
}

/**
 * Reads "status 142", "取消 142", "“cancel” #142". Nothing at all is a call for help. A fault where the
 * verb is unknown, or where the number of a batch is none.
 */
export function parseCommand(slackText: string): Command | Fault {
  const words = toPlainText(slackText).trim().split(/\s+/u);
  const first = withoutQuotes(words[0] ?? '').toLowerCase();
  if (first === '') return { verb: 'help', rest: '' };
  const verb = Object.hasOwn(verbs, first) ? verbs[first] : undefined;
  if (verb === undefined) return toUnknown(first);
  const rest = afterVerb(slackText);
  const named = withoutQuotes(words[1] ?? '').replace(/^#/, '');
  if (named === '' || !numbered.has(verb)) return { verb, rest };
  if (!/^\d{1,12}$/.test(named)) return toFault('E_BATCH_ID', { id: toOneLine(named, 40) });
  return { verb, id: named, rest };
}

/** The text after mentions and the first word; a prompt may follow "run". */
function afterVerb(slackText: string): string {
  return slackText.replace(/^(?:\s|<@[^>]*>)*\S+\s*/u, '').trim();
}

/** The text with leading mentions taken off, as Slack delivered it otherwise. */
export function withoutMentions(slackText: string): string {
  return slackText.replaceAll(/<@[^>]*>/g, ' ').trim();
}

/** True for text that tells how to run a batch although no verb is in front. */
export function isInstruction(slackText: string): boolean {
  const text = toPlainText(slackText).trim();
  return /^(?:prompt|要求|columns|列)\s*[:：]/i.test(text) || text.includes('{{');
}
