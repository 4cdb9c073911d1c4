// Tells the bot what happens in its channels: builds the event_callback envelope and sends it, if the bot may see it.
import { randomBytes } from 'node:crypto';
import { allChannels, findPerson, type Channel } from './people.ts';
import type { Json } from './json.ts';
import type { Message } from './slack-objects.ts';
import type { World } from './world.ts';

/** What an event needs to reach the bot: a subscription, and the scope that the subscription needs. */
const scopeOf: Record<string, string[]> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  file_created: ['files:read'],
  file_deleted: ['files:read'],
  file_shared: ['files:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  'message.channels': ['channels:history'],
  'message.im': ['im:history'],
  reaction_added: ['reactions:read'],
};

/** Sends an event unless the app has not subscribed to it or lacks the scope. */
export function sendEvent(world: World, subscription: string, event: Json): void {
  const scopes = scopeOf[subscription] ?? [];
  const isAllowed = scopes.length === 0 || scopes.some((scope) => world.settings.scopes.has(scope));
  if (!world.settings.events.has(subscription) || !isAllowed) return;
  const { team } = world;
  world.delivery.send({
    token: 'sandbox-verification-token',
    // Where it was said; the other one is where the bot is.
    team_id: homeOfSpeaker(world, event) ?? team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: team.appId,
    // What was true when it happened, however late it is delivered.
    event: structuredClone(event),
    type: 'event_callback',
    event_id: `Ev${randomBytes(6).toString('hex').toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: team.people.bot.id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: allChannels(team).some(
      ({ id, isShared }) => id === event['channel'] && isShared === true,
    ),
    event_context: randomBytes(12).toString('hex'),
  });
}

/** Of people from elsewhere alone. */
function homeOfSpeaker({ team }: World, { user }: Json): string | undefined {
  return typeof user === 'string' ? findPerson(team, user)?.foreignTeam : undefined;
}

function canBotHear(world: World, channel: Channel): boolean {
  return channel.members.has(world.team.people.bot.id);
}

function place(channel: Channel): Json {
  return { channel: channel.id, channel_type: channel.kind };
}

function sendMessageEvent(world: World, channel: Channel, event: Json): void {
  if (!canBotHear(world, channel)) return;
  const subscription = channel.kind === 'im' ? 'message.im' : 'message.channels';
  sendEvent(world, subscription, { type: 'message', ...event, ...place(channel) });
}

/** A new message; `files` replaces what the event shows of its files (Slack Connect sends stubs). */
export function announceMessage(
  world: World,
  message: Message,
  files: unknown = message.files,
): void {
  const channel = channelOf(world, message.channel);
  const { metadata: _ownOnly, ...event } = message;
  sendMessageEvent(world, channel, {
    ...event,
    ...homeOf(world, message.user),
    ...(files !== undefined && { files, upload: false, display_as_bot: false }),
    event_ts: message.ts,
  });
  if (channel.kind === 'im' || !canBotHear(world, channel) || !mentionsBot(world, message)) return;
  // Slack sends a mention beside the message event, often without the message's files.
  sendEvent(world, 'app_mention', {
    type: 'app_mention',
    user: message.user,
    text: message.text,
    ts: message.ts,
    channel: message.channel,
    event_ts: message.ts,
    ...(message.client_msg_id && { client_msg_id: message.client_msg_id }),
    ...(message.blocks && { blocks: message.blocks }),
    ...(message.thread_ts && { thread_ts: message.thread_ts }),
  });
}

/** A message that says who has joined names them, and mentions nobody. */
function mentionsBot({ team }: World, { text, subtype, bot_id: bot }: Message): boolean {
  return (
    bot === undefined && subtype !== 'channel_join' && text.includes(`<@${team.people.bot.id}>`)
  );
}

/** What tells a person of another workspace from one of this. */
function homeOf({ team }: World, user: string): Json {
  const home = findPerson(team, user)?.foreignTeam;
  return home === undefined ? {} : { team: home, user_team: home, source_team: home };
}

/** An edit. It carries no user at the top level, so that a bot also hears of its own. */
export function announceEdit(world: World, message: Message, previous: Message): void {
  sendMessageEvent(world, channelOf(world, message.channel), {
    subtype: 'message_changed',
    message: { ...message },
    previous_message: previous,
    hidden: true,
    ts: world.store.nextTs(),
    event_ts: world.store.nextTs(),
  });
}

/** A deletion, by the same rule. */
export function announceDeletion(world: World, message: Message): void {
  sendMessageEvent(world, channelOf(world, message.channel), {
    subtype: 'message_deleted',
    previous_message: { ...message },
    hidden: true,
    deleted_ts: message.ts,
    ts: world.store.nextTs(),
    event_ts: world.store.nextTs(),
  });
}

function channelOf(world: World, id: string): Channel {
  const channel = allChannels(world.team).find((one) => one.id === id);
  if (!channel) throw new Error(`no channel ${id}`);
  return channel;
}
