import { describe, expect, it } from 'vitest';
import type { EndedRequest } from '../../src/engine/engine.ts';
import { toWatchedServer } from '../../src/engine/watched-server.ts';
import type { ModelServer } from '../../src/work/ports.ts';
import type { CompletionRequest, NamedResult } from '../../src/batch/completion.ts';

const request: CompletionRequest = {
  system: '',
  text: 'Describe it.',
  images: [],
  outputs: [],
  sampling: { maxTokens: 1, temperature: 0, topP: 1 },
};

function watch(complete: () => Promise<NamedResult>) {
  const sent: number[] = [];
  const ended: EndedRequest[] = [];
  const server = toWatchedServer<ModelServer>(
    { complete, findModel: async () => 'qwen', probe: async () => 'up' },
    'gpu:8000',
    { onSent: () => void sent.push(ended.length), onAnswered: (each) => void ended.push(each) },
  );
  return { server, sent, ended, ask: () => server.complete(request, AbortSignal.timeout(5000)) };
}

describe('a watched model server', () => {
  it('tells when a request begins, and how and after how long it ends', async () => {
    const { ask, sent, ended } = watch(async () => ({ kind: 'away', cause: 'ECONNREFUSED' }));
    expect(await ask()).toEqual({ kind: 'away', cause: 'ECONNREFUSED' });
    expect(sent).toEqual([0]);
    expect(ended).toEqual([{ endpoint: 'gpu:8000', result: 'away', seconds: expect.any(Number) }]);
  });

  it('tells of requests that are aborted, and passes the reason on', async () => {
    const { ask, ended } = watch(() => Promise.reject(new Error('stopped')));
    await expect(ask()).rejects.toThrow('stopped');
    expect(ended.map(({ result }) => result)).toEqual(['aborted']);
  });

  it('is otherwise the server itself', async () => {
    const { server } = watch(() => Promise.reject(new Error('not asked')));
    expect(await server.findModel(AbortSignal.timeout(5000))).toBe('qwen');
  });
});
