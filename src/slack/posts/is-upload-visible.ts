// Whether files of an upload stand in the place they were meant for.

import { WebAPIPlatformError, type FilesInfoResponse, type WebClient } from '@slack/web-api';
import type { UploadRecord } from '../thread-memory.ts';

type RawFile = NonNullable<FilesInfoResponse['file']>;

function isIn(file: RawFile, channel: string): boolean {
  const shares = { ...file.shares?.public, ...file.shares?.private };
  const places = [...(file.channels ?? []), ...(file.groups ?? []), ...(file.ims ?? [])];
  return Object.hasOwn(shares, channel) || places.includes(channel);
}

async function isShared(id: string, channel: string, client: WebClient): Promise<boolean> {
  try {
    const { file } = await client.files.info({ file: id, limit: 1 });
    return file !== undefined && isIn(file, channel);
  } catch (error) {
    // Slack does not know an upload as a file until it was completed.
    if (error instanceof WebAPIPlatformError && error.data.error === 'file_not_found') return false;
    throw error;
  }
}

/** All files of an upload are shared by one call, so one of them tells; Slack shares them in its own time. */
export async function isUploadVisible(record: UploadRecord, client: WebClient): Promise<boolean> {
  for (const { fileId } of record.files) {
    if (fileId !== undefined && (await isShared(fileId, record.channel, client))) return true;
  }
  return false;
}
