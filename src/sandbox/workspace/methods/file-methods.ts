// files.*: the three-step upload, and what is known about a file.
import { neededArg, textArg, type Args } from '../api-args.ts';
import { announceMessage, sendEvent } from '../channel-events.ts';
import { checkMessage } from '../check-message.ts';
import { buildFile, describeType, isVisibleToBot } from '../file-objects.ts';
import type { Channel } from '../people.ts';
import { Refusal } from '../refusal.ts';
import type { Json } from '../json.ts';
import type { FileObject, Message } from '../slack-objects.ts';
import type { StoredFile } from '../store.ts';
import type { World } from '../world.ts';
import { botSignature, threadArg } from './chat-methods.ts';
import { openChannel, type Method } from './method.ts';

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': { scopes: ['files:write'], tier: 100, run: getUploadUrl },
  'files.completeUploadExternal': { scopes: ['files:write'], tier: 100, run: completeUpload },
  'files.info': { scopes: ['files:read'], tier: 100, run: info },
  'files.delete': { scopes: ['files:write'], tier: 50, run: deleteFile },
};

function getUploadUrl(world: World, args: Args): Json {
  const filename = neededArg(args, 'filename', 'missing_argument');
  const length = Number(neededArg(args, 'length', 'missing_argument'));
  if (!Number.isInteger(length) || length < 0) throw new Refusal('invalid_arguments');
  if (length === 0) throw new Refusal('missing_argument', ['[ERROR] length must be at least 1']);
  const file = buildFile(world, { name: filename, size: length, user: world.team.people.bot.id });
  // Slack knows the type only after its scan, when the file is shared.
  file.mimetype = '';
  file.filetype = '';
  const stored = { object: file, bytes: undefined, declaredLength: length, deleted: false };
  world.store.files.set(file.id, stored);
  return { upload_url: `${world.baseUrl()}/upload/v1/${file.id}`, file_id: file.id };
}

/** Takes the bytes that were posted to an upload URL; false when the URL or the length is wrong. */
export function receiveUpload(world: World, id: string, bytes: Buffer): boolean {
  const stored = world.store.files.get(id);
  if (!stored || stored.deleted || bytes.length !== stored.declaredLength) return false;
  stored.bytes = bytes;
  return true;
}

interface Named {
  id: string;
  title?: string;
}

function completeUpload(world: World, args: Args): Json {
  const files = readFileList(args).map((named) => {
    const stored = uploaded(world, named.id);
    if (named.title) stored.object.title = named.title;
    return stored;
  });
  const id = textArg(args, 'channel_id') ?? textArg(args, 'channels');
  if (id !== undefined) {
    const channel = openChannel(world, { channel: id });
    const thread = threadArg(world, channel, args);
    const content = readComment(args);
    world.later(world.settings.shareDelayMs, () =>
      share(world, channel, { files, ...thread, ...content }),
    );
  }
  // The answer goes out before the scan and the share, so it carries neither type nor shares.
  return { files: files.map(({ object }) => ({ ...object, shares: {} })) };
}

function readFileList(args: Args): Named[] {
  const files = args['files'];
  if (!Array.isArray(files) || files.length === 0) throw new Refusal('invalid_arguments');
  return files.map((file: unknown) => {
    if (typeof file !== 'object' || file === null || !('id' in file)) {
      throw new Refusal('invalid_arguments', ['[ERROR] each of files needs an id']);
    }
    const title = 'title' in file && typeof file.title === 'string' ? { title: file.title } : {};
    return { id: String(file.id), ...title };
  });
}

function uploaded(world: World, id: string): StoredFile {
  const stored = world.store.files.get(id);
  if (!stored?.bytes || stored.deleted) throw new Refusal('file_not_found');
  if (stored.object.user !== world.team.people.bot.id) throw new Refusal('access_denied');
  return stored;
}

function readComment(args: Args): Pick<Message, 'text' | 'blocks'> {
  const comment = textArg(args, 'initial_comment');
  if (comment !== undefined) return { text: checkMessage({ text: comment }).text };
  if (args['blocks'] === undefined) return { text: '' };
  const { blocks } = checkMessage({ blocks: args['blocks'] });
  if (blocks?.some(({ type }) => type === 'markdown')) throw new Refusal('internal_error');
  return { text: '', ...(blocks && { blocks }) };
}

/** Puts files into a channel as one message. A repeated complete call shares them again: what Slack does then is not
 * documented, and this is the reading that shows a bot which repeats the call blindly. */
function share(
  world: World,
  channel: Channel,
  { files, ...content }: Pick<Message, 'text' | 'blocks' | 'thread_ts'> & { files: StoredFile[] },
): void {
  const objects = files.map(({ object }) => Object.assign(object, describeType(object.name ?? '')));
  const message: Message = {
    type: 'message',
    subtype: 'file_share',
    channel: channel.id,
    ts: world.store.nextTs(),
    ...botSignature(world),
    ...content,
    files: objects,
  };
  for (const object of objects) noteShare(object, channel, message);
  world.store.put(message);
  announceMessage(world, message);
  for (const { id } of objects) {
    sendEvent(world, 'file_shared', {
      type: 'file_shared',
      file_id: id,
      user_id: message.user,
      file: { id },
      channel_id: channel.id,
      event_ts: message.ts,
    });
  }
}

/** Notes on the file itself which message carries it. */
export function noteShare(file: FileObject, channel: Channel, message: Message): void {
  const kind = channel.kind === 'im' ? 'private' : 'public';
  const shares = file.shares[kind] ?? {};
  const thread = message.thread_ts ? { thread_ts: message.thread_ts } : {};
  shares[channel.id] = [...(shares[channel.id] ?? []), { ts: message.ts, ...thread }];
  file.shares[kind] = shares;
}

function knownFile(world: World, args: Args): StoredFile {
  const stored = world.store.files.get(neededArg(args, 'file', 'file_not_found'));
  if (!stored || !isVisibleToBot(world, stored)) throw new Refusal('file_not_found');
  if (stored.deleted) throw new Refusal('file_deleted');
  return stored;
}

function info(world: World, args: Args): Json {
  const { object } = knownFile(world, args);
  return { file: { ...object }, comments: [], response_metadata: { next_cursor: '' } };
}

function deleteFile(world: World, args: Args): Json {
  const stored = knownFile(world, args);
  if (stored.object.user !== world.team.people.bot.id) throw new Refusal('cant_delete_file');
  removeFile(world, stored);
  return {};
}

/** Deletes a file for everyone: its messages keep a tombstone. */
export function removeFile(world: World, stored: StoredFile): void {
  const { object } = stored;
  stored.deleted = true;
  stored.bytes = undefined;
  object.mode = 'tombstone';
  delete object.url_private;
  delete object.url_private_download;
  for (const [channel, shares] of Object.entries({
    ...object.shares.public,
    ...object.shares.private,
  })) {
    for (const { ts } of shares) {
      const message = world.store.message(channel, ts);
      if (message) world.store.put(message);
    }
  }
  sendEvent(world, 'file_deleted', {
    type: 'file_deleted',
    file_id: object.id,
    event_ts: world.store.nextTs(),
  });
}
