import { describe, expect, it } from 'vitest';
import { startPictureHost } from '../../../src/sandbox/pictures/picture-host.ts';
import { buildBody, postChat, serverForTest, toImagePart } from './chat-client.ts';

async function ask(link: (host: string) => string): Promise<{ status: number; body: string }> {
  const host = await startPictureHost();
  try {
    const server = await serverForTest({ fetchesLinks: true });
    const response = await postChat(server, buildBody('row', [toImagePart(link(host.url))]));
    return { status: response.status, body: await response.text() };
  } finally {
    await host.close();
  }
}

describe('a simulated model server that fetches links', () => {
  it('sees the picture behind a link', async () => {
    const { status, body } = await ask((host) => `${host}/pictures/mug-red-01.jpg`);
    expect(status).toBe(200);
    expect(body).toContain('800x600');
  });

  it('answers as vLLM does where the host has no such picture', async () => {
    const { status, body } = await ask((host) => `${host}/missing.jpg`);
    expect(status).toBe(422);
    expect(body).toContain('404');
  });

  it('fetches nothing from another machine', async () => {
    const { status, body } = await ask(() => 'http://192.0.2.1/a.jpg');
    expect(status).toBe(422);
    expect(body).toContain('from this machine only');
  });
});
