import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { createClients } from '../../src/slack/clients.ts';
import { neededScopes, watchAccess } from '../../src/slack/watch-access.ts';
import { startWorkspace } from '../../src/sandbox/workspace/workspace.ts';
import { eventually, silent } from './support.ts';

it('a token that Slack refuses shows until it is taken again, and an outage does not', async () => {
  const workspace = await startWorkspace();
  onTestFinished(() => workspace.close());
  const { steady } = createClients(workspace.botToken, silent, workspace.apiUrl);
  const asked = (): number => workspace.calls.filter(({ method }) => method === 'auth.test').length;
  workspace.faults.next('auth.test', { error: 'internal_error' });
  using watch = watchAccess({ client: steady, log: silent, everyMs: 20 });
  await eventually(asked).toBeGreaterThan(0);
  expect(watch.isLetIn()).toBe(true);
  for (let at = 0; at < 20; at += 1) workspace.faults.next('auth.test', { error: 'token_revoked' });
  await eventually(watch.isLetIn).toBe(false);
  await eventually(watch.isLetIn).toBe(true);
});

it('missing permissions are named once in the log, and again when others are missing', async () => {
  const scopes = neededScopes.filter((scope) => scope !== 'users:read');
  const workspace = await startWorkspace({ scopes });
  onTestFinished(() => workspace.close());
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line) => void lines.push(line) });
  const { steady } = createClients(workspace.botToken, silent, workspace.apiUrl);
  using watch = watchAccess({ client: steady, log, everyMs: 10 });
  const looks = (): number => workspace.calls.filter(({ ok }) => ok).length;
  await eventually(looks).toBeGreaterThan(3);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('"missing":["users:read"]');
  expect(lines[0]).toContain('reinstall the app');
  expect(watch.isLetIn()).toBe(true);
});
