// Serves the page and what it needs.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from './world.ts';

export interface Page {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/** Creates the page's side of the server. */
export function createPage(world: World): Page {
  void world;
  return {
    async handle(_request, response) {
      response.writeHead(404).end();
    },
    close() {},
  };
}
