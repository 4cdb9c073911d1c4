import { expect, it, vi } from 'vitest';
import { createServerHttp } from '../../src/vllm/server-http.ts';
import { startRawServer } from './raw-server.ts';

it('lets no request that has its slot wait for a connection', async () => {
  await using server = await startRawServer(() => {
    // It answers nobody.
  });
  const http = createServerHttp({ url: server.url });
  const limits = { signal: new AbortController().signal, timeoutMs: 60_000 };
  const sent = Array.from({ length: 1100 }, () =>
    http.send({ method: 'GET', path: '/health' }, limits).catch(() => {}),
  );
  await vi.waitFor(() => expect(server.requests).toHaveLength(1100), { timeout: 60_000 });
  await http.close();
  await Promise.all(sent);
});
