// What people do to the bot directly: slash commands, buttons and menus, message shortcuts, modals.
import { findElement } from './find-element.ts';
import { showMessage } from './methods/method.ts';
import { buildView } from './methods/view-methods.ts';
import type { Channel, Person } from './people.ts';
import { findActor } from './person-messages.ts';
import { findPerson } from './people.ts';
import type { Reply, ReplyTarget } from './reply-urls.ts';
import type { Json } from './json.ts';
import type { Ephemeral, Message, View } from './slack-objects.ts';
import { toSlackText } from './typed-text.ts';
import type { World } from './world.ts';

export type SlashReply = Reply;

/** After the acknowledgement a command may still answer by response_url; how long a caller waits for the first answer. */
const firstReplyWaitMs = 10_000;

export interface SlashCommand {
  user: string;
  channel: string;
  command: string;
  text?: string;
}

/**
 * Runs a slash command. Settles with everything that the person was shown by the time of the first answer: the
 * acknowledgement's own text, or else the first post to the response_url or ephemeral message. Throws what Slack would
 * show when the bot does not acknowledge within three seconds or no app has the command.
 */
export async function slash(world: World, asked: SlashCommand): Promise<SlashReply[]> {
  const { person, channel } = findActor(world, asked);
  refuseStrangers(person);
  if (!world.settings.commands.includes(asked.command)) {
    throw new Error(`${asked.command} is not a valid command.`);
  }
  const replies: SlashReply[] = [];
  const target: ReplyTarget = { channel: channel.id, user: person.id };
  const stop = world.store.onChange((change) => {
    if (change.kind !== 'ephemeral') return;
    const { ephemeral } = change;
    if (ephemeral.via !== 'api' || ephemeral.user !== person.id) return;
    if (ephemeral.channel === channel.id) replies.push(toReply(ephemeral));
  });
  try {
    const { team } = world;
    const ack = await world.delivery.ask('slash_commands', {
      token: 'sandbox-verification-token',
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: person.id,
      user_name: person.name,
      command: asked.command,
      text: toSlackText(asked.text ?? '', team),
      api_app_id: team.appId,
      is_enterprise_install: 'false',
      response_url: issueReplyUrl(world, target, (reply) => replies.push(reply)),
      trigger_id: world.triggers.issue(person.id),
    });
    if (ack['text'] !== undefined || ack['blocks'] !== undefined) {
      const shown = world.replyUrls.show(target, ack, 'ack');
      if (shown) replies.unshift(shown);
    }
    await firstReply(world, replies);
    return replies;
  } finally {
    stop();
  }
}

/** Apps offer their commands and shortcuts to the people of their own workspace. */
function refuseStrangers({ name, foreignTeam }: Person): void {
  if (foreignTeam !== undefined) throw new Error(`${name} is of another workspace`);
}

function toReply({ ts, text, blocks, via }: Ephemeral): SlashReply {
  return { ts, text, via, visible: 'ephemeral', ...(blocks && { blocks }) };
}

async function firstReply(world: World, replies: SlashReply[]): Promise<void> {
  if (replies.length > 0) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, firstReplyWaitMs);
    const stop = world.store.onChange(() => queueMicrotask(() => replies.length > 0 && done()));
  });
}

function issueReplyUrl(
  world: World,
  target: ReplyTarget,
  onReply?: (reply: Reply) => void,
): string {
  return world.baseUrl() + world.replyUrls.issue(target, onReply);
}

export interface Click {
  user: string;
  channel: string;
  messageTs: string;
  actionId: string;
  value?: string;
}

/** Presses a button (agreeing to its question, if it asks one) or chooses from a menu. Throws when it is not there. */
export async function click(world: World, asked: Click): Promise<void> {
  const { person, channel } = findActor(world, asked);
  const message = world.store.message(channel.id, asked.messageTs);
  const ephemeral = world.store.ephemerals.find(
    (one) => one.ts === asked.messageTs && one.user === person.id,
  );
  const shown = message ?? ephemeral;
  const found = shown?.blocks && findElement(shown.blocks, asked.actionId, asked.value);
  if (!shown || !found) {
    throw new Error(`message ${asked.messageTs} has no ${asked.actionId} ${asked.value ?? ''}`);
  }
  const thread = shown.thread_ts ? { thread_ts: shown.thread_ts } : {};
  const target: ReplyTarget = {
    channel: channel.id,
    user: person.id,
    original: { ts: shown.ts, isEphemeral: message === undefined },
    ...(shown.thread_ts && { threadTs: shown.thread_ts }),
  };
  await world.delivery.ask('interactive', {
    type: 'block_actions',
    ...actorFields(world, person),
    container: {
      type: 'message',
      message_ts: shown.ts,
      channel_id: channel.id,
      is_ephemeral: message === undefined,
      ...thread,
    },
    channel: channelField(channel),
    ...(message && { message: showMessage(world, message) }),
    state: { values: {} },
    response_url: issueReplyUrl(world, target),
    actions: [{ ...found.action, action_ts: world.store.nextTs() }],
  });
}

function actorFields(world: World, person: Person): Json {
  const { team } = world;
  return {
    user: {
      id: person.id,
      username: person.name,
      name: person.name,
      team_id: person.foreignTeam ?? team.id,
    },
    api_app_id: team.appId,
    token: 'sandbox-verification-token',
    trigger_id: world.triggers.issue(person.id),
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function channelField(channel: Channel): Json {
  return { id: channel.id, name: channel.name };
}

export interface ShortcutUse {
  user: string;
  channel: string;
  messageTs: string;
  callbackId: string;
}

/** Uses a message shortcut; works on old messages and in threads. */
export async function shortcut(world: World, asked: ShortcutUse): Promise<void> {
  const { person, channel } = findActor(world, asked);
  refuseStrangers(person);
  const message = world.store.message(channel.id, asked.messageTs);
  if (!message) throw new Error(`there is no message ${asked.messageTs}`);
  const target: ReplyTarget = {
    channel: channel.id,
    user: person.id,
    ...(message.thread_ts && { threadTs: message.thread_ts }),
  };
  await world.delivery.ask('interactive', {
    type: 'message_action',
    ...actorFields(world, person),
    callback_id: asked.callbackId,
    action_ts: world.store.nextTs(),
    message_ts: message.ts,
    channel: channelField(channel),
    message: showShortcutMessage(world, message),
    response_url: issueReplyUrl(world, target),
  });
}

function showShortcutMessage(world: World, message: Message): Json {
  return { ...showMessage(world, message), ...(message.files && { files: message.files }) };
}

function topModal(world: World, user: string): { person: Person; stack: View[]; view: View } {
  const person = findPerson(world.team, user);
  const stack = world.store.modals.get(person?.id ?? '') ?? [];
  const view = stack.at(-1);
  if (!person || !view) throw new Error(`${user} has no modal open`);
  return { person, stack, view };
}

export interface ModalValues {
  user: string;
  values: View['state']['values'];
}

/** Submits the topmost modal with values by block and action id. Returns the errors that the bot answered, if any. */
export async function submitModal(
  world: World,
  asked: ModalValues,
): Promise<Record<string, string> | undefined> {
  const { person, stack, view } = topModal(world, asked.user);
  const submitted: View = { ...view, state: { values: asked.values } };
  const ack = await world.delivery.ask('interactive', {
    type: 'view_submission',
    ...actorFields(world, person),
    view: submitted,
    response_urls: [],
  });
  const errors = ack['errors'];
  if (ack['response_action'] === 'errors' && typeof errors === 'object' && errors !== null) {
    return Object.fromEntries(Object.entries(errors).map(([id, text]) => [id, String(text)]));
  }
  world.store.setModals(person.id, nextStack(world, stack, ack));
  return undefined;
}

function nextStack(world: World, stack: View[], ack: Json): View[] {
  const below = stack.slice(0, -1);
  switch (ack['response_action']) {
    case 'update':
      return [...below, buildView(world, ack['view'], stack.at(-1))];
    case 'push':
      return [...stack, buildView(world, ack['view'])];
    case 'clear':
      return [];
    default:
      return below;
  }
}

/** Closes the topmost modal; the bot hears of it when the view asked for that. */
export async function closeModal(world: World, { user }: { user: string }): Promise<void> {
  const { person, stack, view } = topModal(world, user);
  world.store.setModals(person.id, stack.slice(0, -1));
  if (view['notify_on_close'] !== true) return;
  const cleared = { is_cleared: false };
  await world.delivery.ask('interactive', {
    type: 'view_closed',
    ...actorFields(world, person),
    view,
    ...cleared,
  });
}
