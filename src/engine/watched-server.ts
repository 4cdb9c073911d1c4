// A model server that tells of its requests.

import type { RowEdge } from './engine.ts';
import type { ModelServer } from '../work/ports.ts';

type Watch = Pick<RowEdge, 'onSent' | 'onAnswered'>;

export function toWatchedServer<Server extends ModelServer>(
  server: Server,
  endpoint: string,
  { onSent, onAnswered }: Watch,
): Server {
  return {
    ...server,
    async complete(request, signal) {
      const startedMs = performance.now();
      const tell = (result: string): void =>
        onAnswered?.({ endpoint, result, seconds: (performance.now() - startedMs) / 1000 });
      onSent?.();
      try {
        const result = await server.complete(request, signal);
        tell(result.kind);
        return result;
      } catch (error) {
        tell('aborted');
        throw error;
      }
    },
  } satisfies ModelServer & Server;
}
