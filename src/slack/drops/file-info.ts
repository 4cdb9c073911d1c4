// What Slack knows about a file, asked for afresh: an event's own file object may be a stub, or old.

import { WebAPIPlatformError, type FilesInfoResponse, type WebClient } from '@slack/web-api';
import type { DroppedFile } from '../../batch/batch.ts';
import { fail } from '../../errors.ts';
import { toFileKind, type FileKind } from '../../batch/file-kind.ts';

export interface FileInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: FileKind;
  readonly size: number;
  readonly url: string;
}

type RawFile = NonNullable<FilesInfoResponse['file']>;

const gone: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted']);
const forbidden: ReadonlySet<string> = new Set(['missing_scope', 'no_permission', 'not_allowed']);

async function ask(client: WebClient, file: DroppedFile): Promise<RawFile> {
  try {
    return (await client.files.info({ file: file.id, limit: 1 })).file ?? {};
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError)) throw error;
    if (gone.has(error.data.error)) fail('E_FILE_GONE', {}, { cause: error });
    if (forbidden.has(error.data.error)) {
      fail('E_SLACK_DOWNLOAD_AUTH', {}, { cause: error });
    }
    throw error;
  }
}

/** Deleted, or hidden by the limits of a free workspace. */
function isHidden(file: RawFile): boolean {
  const access = file.file_access ?? 'visible';
  const mode = file.mode ?? 'hosted';
  return (
    mode === 'tombstone' ||
    mode === 'hidden_by_limit' ||
    access === 'access_denied' ||
    access === 'file_not_found'
  );
}

function isExternal(file: RawFile): boolean {
  return file.is_external === true || file.mode === 'external';
}

const usable: ReadonlySet<FileKind> = new Set<FileKind>(['table', 'archive', 'picture']);

/** Throws UserError where the file is gone, stored elsewhere, or neither table, zip nor picture. */
export async function readFileInfo(client: WebClient, file: DroppedFile): Promise<FileInfo> {
  const raw = await ask(client, file);
  const name = raw.name ?? raw.title ?? file.name;
  if (isHidden(raw)) fail('E_FILE_GONE', {});
  if (isExternal(raw)) fail('E_FILE_EXTERNAL', { name });
  const kind = file.kind ?? toFileKind(name, raw.mimetype);
  if (!usable.has(kind)) fail('E_FILE_NOT_TABLE', { name });
  const url = raw.url_private_download ?? raw.url_private;
  if (url === undefined) fail('E_FILE_GONE', {});
  return { id: file.id, name, kind, size: raw.size ?? 0, url };
}
