// Builds Slack's file objects, the stubs that it sends in place of some, and tells who may see a file.
import { extname } from 'node:path';
import type { Json } from './json.ts';
import type { FileObject } from './slack-objects.ts';
import type { StoredFile } from './store.ts';
import type { World } from './world.ts';

const types: Record<string, { mimetype: string; filetype: string; mode: string }> = {
  '.csv': { mimetype: 'text/csv', filetype: 'csv', mode: 'snippet' },
  '.tsv': { mimetype: 'text/tab-separated-values', filetype: 'tsv', mode: 'snippet' },
  '.txt': { mimetype: 'text/plain', filetype: 'text', mode: 'snippet' },
  '.json': { mimetype: 'application/json', filetype: 'json', mode: 'snippet' },
  '.zip': { mimetype: 'application/zip', filetype: 'zip', mode: 'hosted' },
  '.png': { mimetype: 'image/png', filetype: 'png', mode: 'hosted' },
  '.jpg': { mimetype: 'image/jpeg', filetype: 'jpg', mode: 'hosted' },
  '.jpeg': { mimetype: 'image/jpeg', filetype: 'jpg', mode: 'hosted' },
  '.webp': { mimetype: 'image/webp', filetype: 'webp', mode: 'hosted' },
  '.pdf': { mimetype: 'application/pdf', filetype: 'pdf', mode: 'hosted' },
  '.xlsx': {
    mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    filetype: 'xlsx',
    mode: 'hosted',
  },
};

const unknownType = { mimetype: 'application/octet-stream', filetype: 'binary', mode: 'hosted' };

/** What Slack makes of a file from its name. */
export function describeType(name: string): { mimetype: string; filetype: string; mode: string } {
  return types[extname(name).toLowerCase()] ?? unknownType;
}

/** A new file object; its addresses need the bot's token. */
export function buildFile(
  world: World,
  { name, size, user }: { name: string; size: number; user: string },
): FileObject {
  const id = world.store.nextId('F');
  const address = `${world.baseUrl()}/files-pri/${world.team.id}-${id}`;
  const slug = encodeURIComponent(name.toLowerCase().replaceAll(' ', '_'));
  const created = Math.floor(Date.now() / 1000);
  return {
    id,
    name,
    title: name,
    ...describeType(name),
    size,
    user,
    created,
    timestamp: created,
    is_external: false,
    is_public: true,
    editable: false,
    url_private: `${address}/${slug}`,
    url_private_download: `${address}/download/${slug}`,
    permalink: `${world.baseUrl()}/files/${user}/${id}/${slug}`,
    shares: {},
  };
}

/** Ways in which a file can come without its content: Slack Connect, deleted, hidden by the free plan, or kept elsewhere. */
export type FileDisguise = 'check_file_info' | 'tombstone' | 'hidden_by_limit' | 'external';

/** What an event shows in place of the file. */
export function disguiseFile(file: FileObject, as: FileDisguise | undefined): Json {
  switch (as) {
    case undefined:
      return file;
    case 'check_file_info':
      return {
        id: file.id,
        mode: 'file_access',
        file_access: 'check_file_info',
        created: 0,
        timestamp: 0,
        user: '',
      };
    case 'tombstone':
    case 'hidden_by_limit':
      return { id: file.id, mode: as };
    case 'external':
      return {
        ...file,
        mode: 'external',
        is_external: true,
        external_type: 'gdrive',
        url_private: 'https://drive.example.com/file/d/1/view',
        url_private_download: undefined,
      };
  }
}

/** True when the bot made the file or is in a channel where it was shared. */
export function isVisibleToBot(world: World, { object }: StoredFile): boolean {
  const bot = world.team.people.bot.id;
  if (object.user === bot) return true;
  const { products, random, dm } = world.team.channels;
  const shared = new Set(Object.keys({ ...object.shares.public, ...object.shares.private }));
  return [products, random, ...Object.values(dm)].some(
    ({ id, members }) => shared.has(id) && members.has(bot),
  );
}
