// Files in Slack, asked for as the bot asks for them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkspace, type Workspace } from '../../src/sandbox/workspace/workspace.ts';
import { createClients } from '../../src/slack/clients.ts';
import { downloadFile } from '../../src/slack/drops/download.ts';
import { readFileInfo } from '../../src/slack/drops/file-info.ts';
import { startPictureHost } from '../images/picture-host.ts';
import { csv, silent } from '../slack/support.ts';

interface Trial {
  readonly maxBytes?: number;
  /** So many downloads end before their last byte. */
  readonly cuts?: number;
  /** Slack answers with a page. */
  readonly page?: boolean;
}

/** Throws the UserError that the file is refused with. */
export async function download({ maxBytes = 1_000_000, cuts, page }: Trial): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'corpus-'));
  const workspace = await startWorkspace();
  try {
    const id = await drop(workspace);
    if (cuts !== undefined) workspace.faults.next('download', { truncate: true }, cuts);
    if (page === true) workspace.faults.next('download', { html: true }, 3);
    const { steady } = createClients(workspace.botToken, silent, workspace.apiUrl);
    const signal = AbortSignal.timeout(60_000);
    const asked = { file: { id, name: '' }, directory, maxBytes: () => maxBytes, signal };
    await downloadFile(asked, {
      client: steady,
      token: workspace.botToken,
      apiUrl: workspace.apiUrl,
    });
    return 'accepted';
  } finally {
    await workspace.close();
    await rm(directory, { recursive: true });
  }
}

/** What is made of a file that Slack describes so. Throws the UserError that it is refused with. */
export async function readInfoOf(change: Readonly<Record<string, unknown>>): Promise<string> {
  const url = 'http://127.0.0.1/a.csv';
  const file = { id: 'F1', name: 'a.csv', size: 9, url_private: url, ...change };
  await using slack = await startPictureHost((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, file }));
  });
  const { steady } = createClients('xoxb-1', silent, `${slack.url}/api/`);
  await readFileInfo(steady, { id: 'F1', name: '' });
  return 'accepted';
}

async function drop(workspace: Workspace): Promise<string> {
  const { ts } = await workspace.drop({ user: 'ada', channel: 'products', files: [csv()] });
  return workspace.thread('products', ts)[0]?.files?.[0]?.id ?? '';
}
