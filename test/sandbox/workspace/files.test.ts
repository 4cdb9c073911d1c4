import { describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';
import type { WorkspaceOptions } from '../../../src/sandbox/workspace/workspace.ts';

async function withWorkspace(
  options: WorkspaceOptions,
  run: (workspace: Workspace) => Promise<void>,
): Promise<void> {
  const workspace = await startWorkspace({ shareDelayMs: 5, ...options });
  try {
    await run(workspace);
  } finally {
    await workspace.close();
  }
}

interface Answer {
  ok: boolean;
  error?: string;
  upload_url: string;
  file_id: string;
  file: { mimetype: string; shares: { public?: Record<string, { ts: string }[]> } };
}

async function call(workspace: Workspace, method: string, args: object): Promise<Answer> {
  const response = await fetch(workspace.apiUrl + method, {
    method: 'POST',
    body: JSON.stringify(args),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${workspace.botToken}`,
    },
  });
  const answer: Answer = JSON.parse(await response.text());
  return answer;
}

function ask(workspace: Workspace, length: number): Promise<Answer> {
  return call(workspace, 'files.getUploadURLExternal', { filename: 'r.csv', length });
}

describe('an upload', () => {
  it('takes raw bytes, appears in its channel a moment later and then has its type', () =>
    withWorkspace({}, async (workspace) => {
      const channel_id = workspace.channels.products.id;
      const { upload_url, file_id } = await ask(workspace, 3);
      expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(200);
      const complete = { files: [{ id: file_id, title: 'R' }], channel_id };
      const done = await call(workspace, 'files.completeUploadExternal', complete);
      expect(done).toMatchObject({ ok: true, files: [{ title: 'R', mimetype: '', shares: {} }] });
      const message = await workspace.waitFor(() => workspace.channelMessages('products')[0]);
      const { file } = await call(workspace, 'files.info', { file: file_id });
      expect(file.mimetype).toBe('text/csv');
      expect(file.shares.public?.[channel_id]).toEqual([{ ts: message.ts }]);
    }));

  it('takes a multipart form', () =>
    withWorkspace({}, async (workspace) => {
      const { upload_url, file_id } = await ask(workspace, 3);
      const body = new FormData();
      body.set('body', new Blob(['abc']), 'r.csv');
      expect((await fetch(upload_url, { method: 'POST', body })).status).toBe(200);
      expect(workspace.file(file_id).bytes.toString()).toBe('abc');
    }));

  it('is refused when it is empty, not as long as announced, or was never sent', () =>
    withWorkspace({}, async (workspace) => {
      expect(await ask(workspace, 0)).toMatchObject({ error: 'missing_argument' });
      const { upload_url, file_id } = await ask(workspace, 3);
      expect((await fetch(upload_url, { method: 'POST', body: 'abcd' })).status).toBe(400);
      const complete = { files: [{ id: file_id }] };
      const answer = await call(workspace, 'files.completeUploadExternal', complete);
      expect(answer).toMatchObject({ error: 'file_not_found' });
    }));

  it('goes only into a thread that exists, named by its parent, where the bot is', () =>
    withWorkspace({}, async (workspace) => {
      const { upload_url, file_id } = await ask(workspace, 1);
      await fetch(upload_url, { method: 'POST', body: 'a' });
      const complete = (more: object): Promise<Answer> =>
        call(workspace, 'files.completeUploadExternal', {
          files: [{ id: file_id }],
          channel_id: workspace.channels.products.id,
          ...more,
        });
      expect(await complete({ thread_ts: '1.1' })).toMatchObject({ error: 'thread_not_found' });
      const random = { channel_id: workspace.channels.random.id };
      expect(await complete(random)).toMatchObject({ error: 'not_in_channel' });
      const blocks = [{ type: 'markdown', text: '# no' }];
      expect(await complete({ blocks })).toMatchObject({ error: 'internal_error' });
      expect(workspace.channelMessages('products')).toEqual([]);
    }));
});

describe('a download', () => {
  const csv = { name: 'a b.csv', bytes: Buffer.from('sku\n1\n') };

  async function dropAndGet(workspace: Workspace, token: string): Promise<Response> {
    const { channel, ts } = await workspace.drop({
      user: 'ada',
      channel: 'products',
      files: [csv],
    });
    const url = workspace.thread(channel, ts)[0]?.files?.[0]?.url_private_download ?? '';
    return fetch(url, { headers: { authorization: `Bearer ${token}` } });
  }

  it('gives the bytes for the bot token', () =>
    withWorkspace({}, async (workspace) => {
      const response = await dropAndGet(workspace, workspace.botToken);
      expect(response.headers.get('content-type')).toBe('text/csv');
      expect(await response.text()).toBe('sku\n1\n');
    }));

  it('gives the login page with 200 for another token or without files:read', async () => {
    await withWorkspace({}, async (workspace) => {
      const response = await dropAndGet(workspace, 'xoxb-other');
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('text/html');
    });
    await withWorkspace({ scopes: ['files:write'] }, async (workspace) => {
      const response = await dropAndGet(workspace, workspace.botToken);
      expect(await response.text()).toContain('Sign in');
    });
  });

  it('can break off in the middle', () =>
    withWorkspace({}, async (workspace) => {
      workspace.faults.next('download', { truncate: true });
      const response = await dropAndGet(workspace, workspace.botToken);
      await expect(response.text()).rejects.toThrow('terminated');
    }));
});

describe('a dropped file', () => {
  it('can come as a stub whose content files.info gives', () =>
    withWorkspace({}, async (workspace) => {
      const files = [{ name: 'a.csv', bytes: Buffer.from('a'), as: 'check_file_info' as const }];
      await workspace.drop({ user: 'ada', channel: 'products', files });
      const event = workspace.events[0]?.payload['event'];
      const { id } = workspace.channelMessages('products')[0]?.files?.[0] ?? {};
      expect(event).toMatchObject({ files: [{ id, file_access: 'check_file_info' }] });
      expect(event).not.toHaveProperty('files.0.url_private');
      const { file } = await call(workspace, 'files.info', { file: id });
      expect(file).toHaveProperty('url_private_download');
    }));

  it('is never empty, and is a tombstone once it is deleted', () =>
    withWorkspace({}, async (workspace) => {
      const empty = [{ name: 'a.csv', bytes: Buffer.alloc(0) }];
      const dropping = workspace.drop({ user: 'ada', channel: 'products', files: empty });
      await expect(dropping).rejects.toThrow('empty');
      const files = [{ name: 'a.csv', bytes: Buffer.from('a') }];
      const { channel, ts } = await workspace.drop({ user: 'ada', channel: 'products', files });
      const [file] = workspace.thread(channel, ts)[0]?.files ?? [];
      await workspace.deleteFile(file?.id ?? '');
      expect(file).toMatchObject({ mode: 'tombstone' });
      const info = await call(workspace, 'files.info', { file: file?.id });
      expect(info).toMatchObject({ error: 'file_deleted' });
    }));
});
