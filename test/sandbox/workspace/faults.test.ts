import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await startWorkspace({ shareDelayMs: 5 });
});
afterAll(() => workspace.close());

function post(text: string): Promise<Response> {
  return fetch(`${workspace.apiUrl}chat.postMessage`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ channel: workspace.channels.products.id, text }),
    headers: { authorization: `Bearer ${workspace.botToken}` },
  });
}

function said(text: string): boolean {
  return workspace.channelMessages('products').some((message) => message.text === text);
}

describe('a fault on demand', () => {
  it('strikes the next calls of one method in order, then no more', async () => {
    workspace.faults.next('chat.postMessage', { status: 429, retryAfter: 2 });
    workspace.faults.next('chat.postMessage', {});
    workspace.faults.next('chat.postMessage', { status: 503 }, 2);
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await post('x')).status);
    expect(statuses).toEqual([429, 200, 503, 503, 200]);
    expect(workspace.calls.map(({ status }) => status)).toEqual([429, 200, 503, 503, 200]);
  });

  it('gives Retry-After, an error, a login page or a redirect in place of the answer', async () => {
    workspace.faults.next('chat.postMessage', { status: 429, retryAfter: 7 });
    expect((await post('no')).headers.get('retry-after')).toBe('7');
    workspace.faults.next('chat.postMessage', { error: 'fatal_error' });
    expect(await (await post('no')).json()).toEqual({ ok: false, error: 'fatal_error' });
    workspace.faults.next('chat.postMessage', { html: true });
    expect(await (await post('no')).text()).toMatch(/^<!DOCTYPE html>/);
    workspace.faults.next('chat.postMessage', { redirect: 'https://slack.test/' });
    expect((await post('no')).headers.get('location')).toBe('https://slack.test/');
    expect(said('no')).toBe(false);
  });

  it('cuts the line before or after the work is done', async () => {
    workspace.faults.next('chat.postMessage', { drop: 'before' });
    await expect(post('before')).rejects.toThrow('fetch failed');
    expect(said('before')).toBe(false);
    workspace.faults.next('chat.postMessage', { drop: 'after' });
    await expect(post('after')).rejects.toThrow('fetch failed');
    expect(said('after')).toBe(true);
  });

  it('sends half an answer', async () => {
    workspace.faults.next('chat.postMessage', { truncate: true });
    const response = await post('half');
    await expect(response.json()).rejects.toThrow('terminated');
    expect(said('half')).toBe(true);
  });

  it('is forgotten by clear', async () => {
    workspace.faults.next('chat.postMessage', { status: 500 }, 100);
    workspace.faults.clear();
    expect((await post('x')).status).toBe(200);
  });
});
