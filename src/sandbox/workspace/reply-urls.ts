// response_url: an address for up to five answers within 30 minutes to a command, a click or a shortcut.
import { randomUUID } from 'node:crypto';
import { checkMessage } from './check-message.ts';
import { Refusal } from './refusal.ts';
import type { Json } from './json.ts';
import type { Block, Ephemeral, Message } from './slack-objects.ts';
import type { Store } from './store.ts';
import type { Team } from './people.ts';

const maxUses = 5;
const lifetimeMs = 30 * 60_000;

export interface ReplyTarget {
  channel: string;
  user: string;
  threadTs?: string;
  /** The message that was clicked, if any: what replace_original and delete_original mean. */
  original?: { ts: string; isEphemeral: boolean };
}

export interface Reply {
  ts: string;
  text: string;
  blocks?: Block[];
  visible: 'ephemeral' | 'in_channel';
  via: Ephemeral['via'];
}

export interface ReplyUrls {
  /** A new path; `onReply` hears of every answer that comes to it. */
  issue(target: ReplyTarget, onReply?: (reply: Reply) => void): string;
  /** Handles a POST to an issued path; throws a Refusal (`used_url`, `expired_url`, …). */
  accept(path: string, body: unknown): void;
  /** Shows the answer to a command or click that came with its acknowledgement. */
  show(target: ReplyTarget, body: Json, via: Ephemeral['via']): Reply | undefined;
}

interface Issued {
  target: ReplyTarget;
  uses: number;
  at: number;
  onReply: ((reply: Reply) => void) | undefined;
}

/** Creates the desk that hands out and answers response_url addresses. */
export function createReplyUrls(store: Store, team: Team): ReplyUrls {
  const issued = new Map<string, Issued>();

  function show(target: ReplyTarget, body: Json, via: Ephemeral['via']): Reply | undefined {
    const { original } = target;
    if (original && body['delete_original'] === true) {
      if (original.isEphemeral) store.removeEphemeral(original.ts);
      else store.remove(target.channel, original.ts);
      return undefined;
    }
    const content = toContent(body);
    const replaces = original && body['replace_original'] === true;
    if (replaces && !original.isEphemeral) return replaceMessage(store, target, content);
    const place = { channel: target.channel, ...threadOf(target, body) };
    if (!replaces && body['response_type'] === 'in_channel') {
      const message: Message = {
        type: 'message',
        ts: store.nextTs(),
        user: team.people.bot.id,
        bot_id: team.botId,
        app_id: team.appId,
        ...place,
        ...content,
      };
      store.put(message);
      return { ts: message.ts, ...content, visible: 'in_channel', via };
    }
    const ts = replaces ? original.ts : store.nextTs();
    store.putEphemeral({ ts, user: target.user, via, ...place, ...content });
    return { ts, ...content, visible: 'ephemeral', via };
  }

  return {
    show,
    issue(target, onReply) {
      const path = `/response/${team.id}/${randomUUID()}`;
      issued.set(path, { target, uses: 0, at: Date.now(), onReply });
      return path;
    },
    accept(path, body) {
      const entry = issued.get(path);
      if (!entry || Date.now() - entry.at > lifetimeMs) throw new Refusal('expired_url');
      if (entry.uses >= maxUses) throw new Refusal('used_url');
      if (typeof body !== 'object' || body === null) throw new Refusal('invalid_payload');
      entry.uses += 1;
      const reply = show(entry.target, { ...body }, 'response_url');
      if (reply) entry.onReply?.(reply);
    },
  };
}

function threadOf(target: ReplyTarget, body: Json): { thread_ts?: string } {
  const ts = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : target.threadTs;
  return ts === undefined ? {} : { thread_ts: ts };
}

function toContent(body: Json): { text: string; blocks?: Block[] } {
  const checked = checkMessage({ text: body['text'], blocks: body['blocks'] });
  return { text: checked.text, ...(checked.blocks && { blocks: checked.blocks }) };
}

function replaceMessage(
  store: Store,
  target: ReplyTarget,
  content: { text: string; blocks?: Block[] },
): Reply {
  const message = store.message(target.channel, target.original?.ts ?? '');
  if (!message) throw new Refusal('message_not_found');
  message.text = content.text;
  delete message.blocks;
  if (content.blocks) message.blocks = content.blocks;
  store.put(message);
  return { ts: message.ts, ...content, visible: 'in_channel', via: 'response_url' };
}
