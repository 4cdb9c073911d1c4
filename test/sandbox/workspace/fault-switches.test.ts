import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../../src/sandbox/workspace/workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await startWorkspace();
});
afterEach(() => workspace.close());

async function order(body: unknown, type = 'application/json'): Promise<number> {
  const response = await fetch(`${workspace.url}sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  });
  return response.status;
}

async function authTest(): Promise<number> {
  const response = await fetch(`${workspace.apiUrl}auth.test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${workspace.botToken}` },
  });
  return response.status;
}

describe("the workspace's fault switches", () => {
  it('make the next calls of a method fail, and no later ones', async () => {
    expect(await order({ name: 'auth.test', fault: { status: 503 }, times: 2 })).toBe(200);
    expect([await authTest(), await authTest(), await authTest()]).toEqual([503, 503, 200]);
  });

  it('forget what has not struck yet', async () => {
    await order({ name: 'auth.test', fault: { status: 503 } });
    await fetch(`${workspace.url}sandbox/faults`, { method: 'DELETE' });
    expect(await authTest()).toBe(200);
  });

  it('refuse what they do not know, and pages of other origins', async () => {
    expect(await order({ name: 'auth.test', fault: { colour: 'red' } })).toBe(400);
    expect(await order({ name: 'auth.test', fault: { status: 503 } }, 'text/plain')).toBe(415);
    expect(await authTest()).toBe(200);
  });
});
