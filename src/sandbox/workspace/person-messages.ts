// What people do with messages: write, drop files, mention the bot, delete a file, invite the bot, open its Home.
import { randomUUID } from 'node:crypto';
import { announceDeletion, announceMessage, sendEvent } from './channel-events.ts';
import { buildFile, disguiseFile, type FileDisguise } from './file-objects.ts';
import { noteShare, removeFile } from './methods/file-methods.ts';
import { type Channel, findChannel, findPerson, type Person } from './people.ts';
import type { FileObject, Message } from './slack-objects.ts';
import { toSlackText } from './typed-text.ts';
import type { World } from './world.ts';

export interface DroppedFile {
  name: string;
  bytes: Uint8Array;
  mimetype?: string;
  /** Shows the bot a stub in place of the file, as Slack does for some. */
  as?: FileDisguise;
}

export interface Said {
  /** An id or a short name such as `ada`. */
  user: string;
  /** An id, or a name such as `products`. */
  channel: string;
  text?: string;
  threadTs?: string;
  /** When, if not now; milliseconds since 1970. */
  sentMs?: number;
}

export interface Place {
  channel: string;
  ts: string;
}

/** The person and channel that an action names; throws for unknown ones and for channels that the person is not in. */
export function findActor(
  world: World,
  { user, channel }: { user: string; channel: string },
): { person: Person; channel: Channel } {
  const person = findPerson(world.team, user);
  if (!person) throw new Error(`nobody here is called ${user}`);
  const found = findChannel(world.team, channel);
  if (!found) throw new Error(`there is no channel ${channel}`);
  if (!found.members.has(person.id)) throw new Error(`${user} is not in ${channel}`);
  return { person, channel: found };
}

/** One message of a person with any number of files (Slack's own client attaches at most ten). */
export function drop(world: World, said: Said & { files: DroppedFile[] }): Place {
  const { person, channel } = findActor(world, said);
  if (said.files.length > 10) throw new Error('a message carries at most 10 files');
  const files = said.files.map((file) => storeFile(world, person, file));
  const message = writeMessage(world, { person, channel }, said);
  if (files.length > 0) {
    message.subtype = 'file_share';
    message.files = files;
    for (const file of files) noteShare(file, channel, message);
  }
  world.store.put(message);
  // Slack Connect shows the bot nothing but the ids of files from elsewhere.
  const usual = person.foreignTeam === undefined ? undefined : 'check_file_info';
  const shown = files.map((file, at) => disguiseFile(file, said.files[at]?.as ?? usual));
  announceMessage(world, message, files.length > 0 ? shown : undefined);
  return { channel: channel.id, ts: message.ts };
}

function storeFile(world: World, person: Person, dropped: DroppedFile): FileObject {
  const size = dropped.bytes.length;
  if (size === 0) throw new Error(`Slack does not take the empty file ${dropped.name}`);
  const file = buildFile(world, { name: dropped.name, size, user: person.id });
  if (dropped.mimetype !== undefined) file.mimetype = dropped.mimetype;
  const bytes = Buffer.from(dropped.bytes);
  const stored = { object: file, bytes, declaredLength: size, deleted: false };
  world.store.files.set(file.id, stored);
  if (dropped.as === 'tombstone') removeFile(world, stored);
  return file;
}

function writeMessage(
  world: World,
  { person, channel }: { person: Person; channel: Channel },
  said: Said,
): Message {
  if (said.threadTs !== undefined && !world.store.message(channel.id, said.threadTs)) {
    throw new Error(`there is no message ${said.threadTs} to answer`);
  }
  return {
    type: 'message',
    channel: channel.id,
    ts: world.store.nextTs(said.sentMs),
    user: person.id,
    text: toSlackText(said.text ?? '', world.team),
    client_msg_id: randomUUID(),
    ...(said.threadTs !== undefined && { thread_ts: said.threadTs }),
  };
}

/** Brings the bot into a channel. */
export function invite(world: World, { user, channel }: { user?: string; channel: string }): void {
  const actor = findActor(world, { user: user ?? world.team.people.boss.id, channel });
  const bot = world.team.people.bot.id;
  actor.channel.members.add(bot);
  world.store.changed({ kind: 'channels' });
  const joined: Message = {
    type: 'message',
    subtype: 'channel_join',
    channel: actor.channel.id,
    ts: world.store.nextTs(),
    user: bot,
    text: `<@${bot}> has joined the channel`,
  };
  world.store.put(joined);
  announceMessage(world, joined);
  sendEvent(world, 'member_joined_channel', {
    type: 'member_joined_channel',
    user: bot,
    channel: actor.channel.id,
    channel_type: 'C',
    team: world.team.id,
    inviter: actor.person.id,
    event_ts: world.store.nextTs(),
  });
}

/** Takes the bot out of a channel; it hears nothing from there any more. */
export function removeBot(world: World, { channel }: { channel: string }): void {
  findChannel(world.team, channel)?.members.delete(world.team.people.bot.id);
  world.store.changed({ kind: 'channels' });
}

/** Archives a channel; what stands there stays. */
export function archive(world: World, { channel }: { channel: string }): void {
  const found = findChannel(world.team, channel);
  if (found) found.isArchived = true;
  world.store.changed({ kind: 'channels' });
}

/** Opens the app's Home (or its messages). */
export function openHome(
  world: World,
  { user, tab = 'home' }: { user: string; tab?: 'home' | 'messages' },
): void {
  const person = findPerson(world.team, user);
  const dm = Object.values(world.team.channels.dm).find((one) => one.person === person?.id);
  if (!person || !dm) throw new Error(`nobody here is called ${user}`);
  const view = world.store.homes.get(person.id);
  sendEvent(world, 'app_home_opened', {
    type: 'app_home_opened',
    user: person.id,
    channel: dm.id,
    tab,
    ...(view && { view }),
    event_ts: world.store.nextTs(),
  });
}

/** A person deletes a message of theirs. */
export function deleteMessage(world: World, { channel, ts }: Place): void {
  const message = world.store.message(findChannel(world.team, channel)?.id ?? channel, ts);
  if (!message) throw new Error(`there is no message ${ts}`);
  world.store.remove(message.channel, ts);
  announceDeletion(world, message);
}

/** A person deletes a file of theirs. */
export function deleteFile(world: World, id: string): void {
  const stored = world.store.files.get(id);
  if (!stored) throw new Error(`there is no file ${id}`);
  removeFile(world, stored);
}
