import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import { openDownloads } from '../../../src/slack/drops/open-downloads.ts';
import { csv, silent } from '../support.ts';

async function open(): Promise<Workspace> {
  const workspace = await startWorkspace();
  onTestFinished(() => workspace.close());
  return workspace;
}

describe('a process without a conversation', () => {
  it('fetches dropped files with the bot token alone', async () => {
    const { botToken, apiUrl, drop, thread } = await open();
    const directory = await mkdtemp(join(tmpdir(), 'download-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const { ts } = await drop({ user: 'ada', channel: 'products', files: [csv()] });
    const id = thread('products', ts)[0]?.files?.[0]?.id ?? '';
    const download = await openDownloads({ botToken, apiUrl }, silent);
    const signal = AbortSignal.timeout(20_000);
    const file = await download({ id, name: '' }, { directory, maxBytes: () => 1e6, signal });
    expect(await readFile(file.path)).toEqual(Buffer.from(csv().bytes));
  });

  it('says at the start that Slack does not accept the token', async () => {
    const { apiUrl } = await open();
    await expect(openDownloads({ botToken: 'xoxb-wrong', apiUrl }, silent)).rejects.toThrow(
      /^Slack does not accept SLACK_BOT_TOKEN \(invalid_auth\)/,
    );
  });

  it('starts also while Slack is away, for rows that do not need it', async () => {
    const { botToken, apiUrl, close } = await startWorkspace();
    await close();
    expect(await openDownloads({ botToken, apiUrl }, silent)).toBeTypeOf('function');
  });
});
