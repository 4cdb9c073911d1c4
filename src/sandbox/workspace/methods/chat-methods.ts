// chat.*: posting, editing and deleting messages.
import { flagArg, neededArg, textArg, type Args } from '../api-args.ts';
import { announceDeletion, announceEdit, announceMessage } from '../channel-events.ts';
import { checkMessage, checkUpdateText } from '../check-message.ts';
import { checkMetadata } from '../check-metadata.ts';
import type { Channel } from '../people.ts';
import { Refusal } from '../refusal.ts';
import type { Json } from '../json.ts';
import type { Message } from '../slack-objects.ts';
import type { World } from '../world.ts';
import {
  openChannel,
  type Method,
  namedChannel,
  namedMessage,
  showMessage,
  toPermalink,
} from './method.ts';

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': { scopes: ['chat:write'], tier: 'post', run: postMessage },
  'chat.postEphemeral': { scopes: ['chat:write'], tier: 100, run: postEphemeral },
  'chat.update': { scopes: ['chat:write'], tier: 50, run: update },
  'chat.delete': { scopes: ['chat:write'], tier: 50, run: deleteMessage },
  'chat.getPermalink': { scopes: [], tier: 600, run: getPermalink },
};

function postMessage(world: World, args: Args): Json {
  const channel = openChannel(world, args);
  const content = checkMessage(args);
  const metadata = checkMetadata(args['metadata']);
  const message: Message = {
    type: 'message',
    channel: channel.id,
    ts: world.store.nextTs(),
    ...botSignature(world),
    ...content,
    ...threadArg(world, channel, args),
    ...(metadata && { metadata }),
    ...(flagArg(args, 'reply_broadcast') && { subtype: 'thread_broadcast' }),
  };
  world.store.put(message);
  announceMessage(world, message);
  return { channel: channel.id, ts: message.ts, message: showMessage(world, message) };
}

/** Who speaks when the bot does. */
export function botSignature(world: World): { user: string; bot_id: string; app_id: string } {
  const { team } = world;
  return { user: team.people.bot.id, bot_id: team.botId, app_id: team.appId };
}

/** The thread that a new message goes to; it must exist, and its parent must be named, not a reply. */
export function threadArg(world: World, channel: Channel, args: Args): { thread_ts?: string } {
  const ts = textArg(args, 'thread_ts');
  if (ts === undefined) return {};
  const parent = namedMessage(world, { channel, ts }, 'thread_not_found');
  if (parent.thread_ts && parent.thread_ts !== parent.ts) {
    throw new Refusal('cannot_reply_to_message', [`[ERROR] ${ts} is a reply, not a parent`]);
  }
  return { thread_ts: ts };
}

function postEphemeral(world: World, args: Args): Json {
  const channel = openChannel(world, args);
  const user = neededArg(args, 'user', 'user_not_in_channel');
  if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
  const { text, blocks } = checkMessage(args);
  const ts = world.store.nextTs();
  world.store.putEphemeral({
    ts,
    channel: channel.id,
    user,
    text,
    via: 'api',
    ...(blocks && { blocks }),
    ...threadArg(world, channel, args),
  });
  return { message_ts: ts };
}

function ownMessage(world: World, args: Args, code: string): Message {
  const channel = openChannel(world, args);
  const message = namedMessage(world, { channel, ts: neededArg(args, 'ts', 'message_not_found') });
  if (message.bot_id !== world.team.botId) throw new Refusal(code);
  return message;
}

function update(world: World, args: Args): Json {
  const message = ownMessage(world, args, 'cant_update_message');
  checkUpdateText(textArg(args, 'text'));
  const content = checkMessage(args);
  const metadata = checkMetadata(args['metadata']);
  const previous = { ...message };
  message.text = content.text;
  // An edit replaces the blocks, also by nothing: text alone removes them.
  delete message.blocks;
  delete message.attachments;
  if (content.blocks) message.blocks = content.blocks;
  else message.edited = { user: message.user, ts: world.store.nextTs() };
  if (content.attachments) message.attachments = content.attachments;
  if (metadata) message.metadata = metadata;
  world.store.put(message);
  announceEdit(world, message, previous);
  const { channel, ts, text } = message;
  return { channel, ts, text, message: showMessage(world, message) };
}

function deleteMessage(world: World, args: Args): Json {
  const message = ownMessage(world, args, 'cant_delete_message');
  world.store.remove(message.channel, message.ts);
  announceDeletion(world, message);
  return { channel: message.channel, ts: message.ts };
}

function getPermalink(world: World, args: Args): Json {
  const channel = namedChannel(world, args);
  const ts = neededArg(args, 'message_ts', 'message_not_found');
  const message = namedMessage(world, { channel, ts });
  return { channel: channel.id, permalink: toPermalink(world, message) };
}
