import { describe, expect, it, onTestFinished } from 'vitest';
import { startWorkspace } from '../../src/sandbox/workspace/workspace.ts';
import { createClients, onRateLimited } from '../../src/slack/clients.ts';
import { silent } from './support.ts';

describe('a call that Slack turns down for now', () => {
  it('is told by its method, by both clients', async () => {
    const workspace = await startWorkspace();
    onTestFinished(() => workspace.close());
    const clients = createClients(workspace.botToken, silent, workspace.apiUrl);
    const methods: string[] = [];
    onRateLimited(clients, (method) => methods.push(method));
    workspace.faults.next('auth.test', { status: 429, retryAfter: 0 }, 2);
    await expect(clients.once.auth.test()).rejects.toThrow('rate');
    await clients.steady.auth.test();
    expect(methods).toEqual(['auth.test', 'auth.test']);
  });
});
