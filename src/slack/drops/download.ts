// A dropped file from Slack onto this machine's disk, and nothing but that file: Slack answers a
// missing permission with a login page and 200, and a token must never follow a redirect elsewhere.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { WebClient } from '@slack/web-api';
import { request, type Dispatcher } from 'undici';
import type { DroppedFile } from '../../batch/batch.ts';
import type { FileKind } from '../../batch/file-kind.ts';
import type { SpooledFile } from '../../batch/spooled-file.ts';
import { fail, UserError } from '../../errors.ts';
import { readFileInfo, type FileInfo } from './file-info.ts';
import { isTrustedUrl } from './trusted-url.ts';

export interface DownloadOptions {
  readonly file: DroppedFile;
  /** Where the file is written; it must exist, and its owner removes it. */
  readonly directory: string;
  maxBytes(kind: FileKind): number;
  readonly signal: AbortSignal;
}

export interface DownloadNeeds {
  readonly client: WebClient;
  readonly token: string;
  /** The configured address of the Web API, whose host may see the token too. */
  readonly apiUrl?: string | undefined;
}

const attempts = 3;
const maxRedirects = 3;
/** As people count them in a file manager, and as the limit is said elsewhere. */
const bytesPerMegabyte = 1024 * 1024;
/** For one attempt as a whole, or a second for each megabyte where that is longer. */
const deadlineMs = 5 * 60_000;
const bytesPerMs = 1000;

/**
 * Throws UserError where the person can do something: E_FILE_GONE, E_FILE_EXTERNAL, E_FILE_NOT_TABLE,
 * E_FILE_TOO_LARGE, E_SLACK_DOWNLOAD_AUTH, E_DOWNLOAD_INCOMPLETE (after three tries). Anything else
 * that is thrown is an outage and worth another try later.
 */
export async function downloadFile(
  options: DownloadOptions,
  needs: DownloadNeeds,
): Promise<SpooledFile> {
  const info = await readFileInfo(needs.client, options.file);
  const maxBytes = options.maxBytes(info.kind);
  if (info.size > maxBytes) failTooLarge(info.size, maxBytes);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce(info, options, needs);
    } catch (error) {
      const final = error instanceof UserError && error.fault.code !== 'E_DOWNLOAD_INCOMPLETE';
      if (final || attempt === attempts || options.signal.aborted) throw error;
    }
  }
}

function failTooLarge(bytes: number, maxBytes: number): never {
  return fail('E_FILE_TOO_LARGE', {
    size: Math.ceil(bytes / bytesPerMegabyte),
    limit: Math.floor(maxBytes / bytesPerMegabyte),
  });
}

async function fetchOnce(
  info: FileInfo,
  options: DownloadOptions,
  needs: DownloadNeeds,
): Promise<SpooledFile> {
  const signal = AbortSignal.any([
    options.signal,
    AbortSignal.timeout(Math.max(deadlineMs, info.size / bytesPerMs)),
  ]);
  const response = await openResponse(info, needs, signal);
  const path = join(options.directory, `${info.id.replaceAll(/\W/g, '')}.spool`);
  const hash = createHash('sha256');
  const maxBytes = options.maxBytes(info.kind);
  let bytes = 0;
  async function* count(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of source) {
      if (bytes === 0 && isHtml(part)) fail('E_SLACK_DOWNLOAD_AUTH', {});
      bytes += part.length;
      if (bytes > maxBytes) failTooLarge(bytes, maxBytes);
      hash.update(part);
      yield part;
    }
  }
  try {
    await pipeline(response.body, count, createWriteStream(path), { signal });
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error;
    fail('E_DOWNLOAD_INCOMPLETE', toShortfall(info, bytes), { cause: error });
  }
  if (bytes !== info.size) fail('E_DOWNLOAD_INCOMPLETE', toShortfall(info, bytes));
  return { path, name: info.name, bytes, hash: hash.digest('hex') };
}

function toShortfall(
  info: FileInfo,
  found: number,
): { name: string; found: number; expected: number } {
  return { name: info.name, found, expected: info.size };
}

function isHtml(head: Buffer): boolean {
  return /^\s*<(!doctype html|html)/i.test(head.subarray(0, 200).toString('latin1'));
}

async function openResponse(
  info: FileInfo,
  needs: DownloadNeeds,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let url = info.url;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    if (!isTrustedUrl(url, needs.apiUrl)) break;
    const headers = { authorization: `Bearer ${needs.token}` };
    const response = await request(url, { headers, signal });
    const location = response.headers['location'];
    if (response.statusCode >= 300 && response.statusCode < 400 && typeof location === 'string') {
      await response.body.dump();
      url = new URL(location, url).href;
      continue;
    }
    return checkResponse(response);
  }
  return fail('E_SLACK_DOWNLOAD_AUTH', {});
}

async function checkResponse(response: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  const { statusCode, headers, body } = response;
  if (statusCode === 200 && !String(headers['content-type']).startsWith('text/html')) {
    return response;
  }
  await body.dump();
  if (statusCode === 404 || statusCode === 410) fail('E_FILE_GONE', {});
  if (statusCode === 429 || statusCode >= 500) {
    throw new Error(`Slack answered ${statusCode} to the download of a file`);
  }
  return fail('E_SLACK_DOWNLOAD_AUTH', {});
}
