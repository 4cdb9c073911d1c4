import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SpooledFile } from '../../../src/batch/spooled-file.ts';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import { createClients } from '../../../src/slack/clients.ts';
import { downloadFile } from '../../../src/slack/drops/download.ts';
import { isTrustedUrl } from '../../../src/slack/drops/trusted-url.ts';
import { csv, silent } from '../support.ts';

let workspace: Workspace;
let directory: string;

beforeEach(async () => {
  workspace = await startWorkspace();
  directory = await mkdtemp(join(tmpdir(), 'download-'));
});

afterEach(async () => {
  await workspace.close();
  await rm(directory, { recursive: true });
});

async function drop(file = csv()): Promise<string> {
  const { ts } = await workspace.drop({ user: 'ada', channel: 'products', files: [file] });
  return workspace.thread('products', ts)[0]?.files?.[0]?.id ?? '';
}

async function download(id: string, maxBytes = 1_000_000): Promise<SpooledFile> {
  const { steady } = createClients(workspace.botToken, silent, workspace.apiUrl);
  return downloadFile(
    {
      file: { id, name: '' },
      directory,
      maxBytes: () => maxBytes,
      signal: AbortSignal.timeout(20_000),
    },
    { client: steady, token: workspace.botToken, apiUrl: workspace.apiUrl },
  );
}

describe('a download', () => {
  it('brings the bytes, the name, the size and the hash, also where the event named nothing', async () => {
    const { bytes } = csv();
    const file = await download(await drop());
    expect(await readFile(file.path)).toEqual(Buffer.from(bytes));
    expect(file).toMatchObject({
      name: 'products.csv',
      bytes: bytes.length,
      hash: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it.each([{ status: 503 }, { drop: 'before' }, { truncate: true }] as const)(
    'is tried again after %o',
    async (fault) => {
      const id = await drop();
      workspace.faults.next('download', fault, 2);
      expect((await download(id)).bytes).toBe(csv().bytes.length);
    },
  );

  it.each([
    ['E_SLACK_DOWNLOAD_AUTH', { html: true }],
    ['E_SLACK_DOWNLOAD_AUTH', { redirect: 'http://127.0.0.1:9/steal' }],
    ['E_DOWNLOAD_INCOMPLETE', { truncate: true }],
    ['E_FILE_GONE', { status: 404 }],
  ] as const)('fails with %s on %o', async (code, fault) => {
    const id = await drop();
    workspace.faults.next('download', fault, 3);
    await expect(download(id)).rejects.toMatchObject({ fault: { code } });
  });

  it('is refused before it begins where the file is too large, of no use, or gone', async () => {
    const id = await drop();
    await expect(download(id, 10)).rejects.toMatchObject({ fault: { code: 'E_FILE_TOO_LARGE' } });
    const limit = 21 * 1024 * 1024;
    const large = await drop({ ...csv(), bytes: Buffer.alloc(limit + 1) });
    await expect(download(large, limit)).rejects.toMatchObject({
      fault: { params: { size: 22, limit: 21 } },
    });
    const sheet = await drop({ ...csv('notes.pdf'), mimetype: 'application/pdf' });
    await expect(download(sheet)).rejects.toMatchObject({ fault: { code: 'E_FILE_NOT_TABLE' } });
    await workspace.deleteFile(id);
    await expect(download(id)).rejects.toMatchObject({ fault: { code: 'E_FILE_GONE' } });
  });

  it('is an outage, not the person’s fault, while Slack answers 503', async () => {
    const id = await drop();
    workspace.faults.next('download', { status: 503 }, 3);
    await expect(download(id)).rejects.toThrow('Slack answered 503');
  });
});

describe('the bot token', () => {
  it.each([
    ['https://files.slack.com/a.csv', true],
    ['https://x.enterprise.slack.com/a.csv', true],
    ['http://files.slack.com/a.csv', false],
    ['https://files.slack.com:8443/a.csv', false],
    ['https://slack.com.evil.example/a.csv', false],
    ['https://notslack.com/a.csv', false],
    ['https://files.slack.com@evil.example/a.csv', false],
    ['http://127.0.0.1:4000/files/a.csv', true],
    ['http://127.0.0.1:4001/files/a.csv', false],
    ['not an address', false],
  ])('goes to %s: %s', (address, trusted) => {
    expect(isTrustedUrl(address, 'http://127.0.0.1:4000/api/')).toBe(trusted);
  });
});
