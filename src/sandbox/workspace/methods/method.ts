// What a Web API method is, and what many of them share.
import { neededArg, type Args } from '../api-args.ts';
import { disguiseFile } from '../file-objects.ts';
import { allChannels, type Channel } from '../people.ts';
import { Refusal } from '../refusal.ts';
import type { Json } from '../json.ts';
import type { FileObject, Message } from '../slack-objects.ts';
import type { World } from '../world.ts';

/** Calls a minute that Slack's tiers allow: https://docs.slack.dev/apis/web-api/rate-limits */
export type Tier = 1 | 20 | 50 | 100 | 600 | 'post';

export interface Method {
  /** One of these scopes is needed; none means that every token will do. */
  scopes: string[];
  tier: Tier;
  token?: 'app';
  run: (world: World, args: Args) => Json;
}

/** The channel that a call names (a person's id stands for the direct message); refuses like Slack. */
export function namedChannel(world: World, args: Args): Channel {
  const id = neededArg(args, 'channel', 'channel_not_found');
  const channel = allChannels(world.team).find((one) => one.id === id || one.person === id);
  if (!channel) throw new Refusal('channel_not_found');
  return channel;
}

/** As namedChannel, and the bot must be in it. */
export function joinedChannel(world: World, args: Args): Channel {
  const channel = namedChannel(world, args);
  if (!channel.members.has(world.team.people.bot.id)) throw new Refusal('not_in_channel');
  return channel;
}

/** As joinedChannel, and it must take something new. */
export function openChannel(world: World, args: Args): Channel {
  const channel = joinedChannel(world, args);
  if (channel.isArchived === true) throw new Refusal('is_archived');
  return channel;
}

/** The message at a timestamp; `code` is the refusal when there is none. */
export function namedMessage(
  world: World,
  at: { channel: Channel; ts: string },
  code = 'message_not_found',
): Message {
  const message = world.store.message(at.channel.id, at.ts);
  if (!message) throw new Refusal(code);
  return message;
}

/** A message as the Web API shows it, with the counts that Slack derives for the parent of a thread. */
export function showMessage(world: World, message: Message, withMetadata = true): Json {
  const { metadata, channel, files, ...shown } = message;
  const replies = world.store.thread(channel, message.ts).filter(({ ts }) => ts !== message.ts);
  const last = replies.at(-1);
  return {
    ...shown,
    ...(files && { files: files.map((file) => showFile(file)) }),
    team: world.team.id,
    ...(withMetadata && metadata && { metadata }),
    ...(last && {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users: [...new Set(replies.map(({ user }) => user))],
      reply_users_count: new Set(replies.map(({ user }) => user)).size,
      latest_reply: last.ts,
    }),
  };
}

/** Of a deleted file nothing but its id is left. */
function showFile(file: FileObject): Json {
  return file.mode === 'tombstone' ? disguiseFile(file, 'tombstone') : file;
}

/** The address that a person can open; it leads to the message on the workspace's page. */
export function toPermalink(world: World, message: Message): string {
  const path = `/archives/${message.channel}/p${message.ts.replace('.', '')}`;
  const thread = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${message.channel}` : '';
  return `${world.baseUrl()}${path}${thread}`;
}
