// conversations.* and users.conversations: channels and what was said in them.
import { flagArg, limitArg, neededArg, textArg, type Args } from '../api-args.ts';
import { allChannels, type Channel } from '../people.ts';
import { Refusal } from '../refusal.ts';
import type { Json } from '../json.ts';
import type { Message } from '../slack-objects.ts';
import type { World } from '../world.ts';
import { joinedChannel, type Method, namedChannel, namedMessage, showMessage } from './method.ts';

const read = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const conversationMethods: Record<string, Method> = {
  'conversations.info': { scopes: read, tier: 50, run: info },
  'conversations.list': { scopes: read, tier: 20, run: list },
  'users.conversations': { scopes: read, tier: 50, run: listOwn },
  'conversations.members': { scopes: read, tier: 100, run: members },
  'conversations.open': { scopes: ['im:write', 'mpim:write'], tier: 50, run: open },
  'conversations.history': { scopes: history, tier: 50, run: readHistory },
  'conversations.replies': { scopes: history, tier: 50, run: readReplies },
};

function showChannel(world: World, channel: Channel): Json {
  const isIm = channel.kind === 'im';
  return {
    id: channel.id,
    ...(isIm ? { user: channel.person } : { name: channel.name, name_normalized: channel.name }),
    is_channel: !isIm,
    is_group: false,
    is_im: isIm,
    is_mpim: false,
    is_private: isIm,
    is_shared: channel.isShared === true,
    is_ext_shared: channel.isShared === true,
    is_org_shared: false,
    is_archived: channel.isArchived === true,
    is_general: false,
    is_member: channel.members.has(world.team.people.bot.id),
    num_members: channel.members.size,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    context_team_id: world.team.id,
  };
}

function info(world: World, args: Args): Json {
  return { channel: showChannel(world, namedChannel(world, args)) };
}

function list(world: World, args: Args): Json {
  const { shown, nextCursor } = cut(args, channelsOfTypes(world, args));
  return {
    channels: shown.map((channel) => showChannel(world, channel)),
    response_metadata: { next_cursor: nextCursor },
  };
}

/** Those that the bot is in; unlike conversations.list it does not say so. */
function listOwn(world: World, args: Args): Json {
  const bot = world.team.people.bot.id;
  const own = channelsOfTypes(world, args).filter(({ members: inside }) => inside.has(bot));
  const { shown, nextCursor } = cut(args, own);
  return {
    channels: shown.map((channel) => {
      const { is_member: _, num_members: __, ...told } = showChannel(world, channel);
      return told;
    }),
    response_metadata: { next_cursor: nextCursor },
  };
}

const scopeOfType: Record<string, string> = {
  public_channel: 'channels:read',
  private_channel: 'groups:read',
  mpim: 'mpim:read',
  im: 'im:read',
};

function channelsOfTypes(world: World, args: Args): Channel[] {
  const types = (textArg(args, 'types') ?? 'public_channel').split(',');
  for (const type of types) {
    const scope = scopeOfType[type.trim()];
    if (scope === undefined) throw new Refusal('invalid_types');
    if (!world.settings.scopes.has(scope)) throw new Refusal('missing_scope');
  }
  return allChannels(world.team).filter((channel) =>
    types.includes(channel.kind === 'im' ? 'im' : 'public_channel'),
  );
}

function members(world: World, args: Args): Json {
  const channel = namedChannel(world, args);
  return { members: [...channel.members], response_metadata: { next_cursor: '' } };
}

function open(world: World, args: Args): Json {
  const id = textArg(args, 'users') ?? neededArg(args, 'channel', 'users_list_not_supplied');
  const { dm } = world.team.channels;
  const channel = Object.values(dm).find((one) => one.person === id || one.id === id);
  if (!channel) throw new Refusal(id.includes(',') ? 'missing_scope' : 'user_not_found');
  return {
    no_op: true,
    already_open: true,
    channel: flagArg(args, 'return_im') ? showChannel(world, channel) : { id: channel.id },
  };
}

function isTop({ ts, thread_ts, subtype }: Message): boolean {
  return thread_ts === undefined || thread_ts === ts || subtype === 'thread_broadcast';
}

function readHistory(world: World, args: Args): Json {
  const channel = joinedChannel(world, args);
  const newestFirst = world.store.messages(channel.id).filter(isTop).toReversed();
  return page(world, args, newestFirst);
}

function readReplies(world: World, args: Args): Json {
  const channel = joinedChannel(world, args);
  const ts = neededArg(args, 'ts', 'thread_not_found');
  namedMessage(world, { channel, ts }, 'thread_not_found');
  const [parent, ...replies] = world.store.thread(channel.id, ts);
  if (!parent) throw new Refusal('thread_not_found');
  const isFirst = textArg(args, 'cursor') === undefined;
  const answer = page(world, args, replies);
  const shown = showMessage(world, parent, flagArg(args, 'include_all_metadata'));
  return isFirst ? { ...answer, messages: [shown, ...answer.messages] } : answer;
}

function page(world: World, args: Args, all: Message[]): Json & { messages: Json[] } {
  const within = all.filter(({ ts }) => isWithin(ts, args));
  const { shown, nextCursor } = cut(args, within);
  return {
    messages: shown.map((message) =>
      showMessage(world, message, flagArg(args, 'include_all_metadata')),
    ),
    has_more: nextCursor !== '',
    response_metadata: { next_cursor: nextCursor },
  };
}

/** The page that a call asks for, and the cursor of the next one, '' where there is none. */
function cut<T>(args: Args, all: T[]): { shown: T[]; nextCursor: string } {
  const limit = limitArg(args, 100, 999);
  const cursor = textArg(args, 'cursor');
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString());
  if (!Number.isInteger(start)) throw new Refusal('invalid_cursor');
  const end = start + limit;
  const nextCursor = end < all.length ? Buffer.from(`${end}`).toString('base64url') : '';
  return { shown: all.slice(start, end), nextCursor };
}

function isWithin(ts: string, args: Args): boolean {
  const oldest = textArg(args, 'oldest') ?? '0';
  const latest = textArg(args, 'latest') ?? '9999999999.999999';
  if (flagArg(args, 'inclusive') && (ts === oldest || ts === latest)) return true;
  return Number(ts) > Number(oldest) && Number(ts) < Number(latest);
}
