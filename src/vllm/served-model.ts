// Which model's name goes into requests: the configured one, or the first that the server lists.

import type { Log } from '../logger.ts';
import { findModels, type Trouble } from './probe-server.ts';
import type { ServerHttp } from './server-http.ts';

export interface ServedModel {
  /** Remembered once found. */
  find(signal: AbortSignal): Promise<{ readonly name: string } | Trouble>;
  /** After a refusal: the server may have been started with another model. */
  forget(): void;
}

export function createServedModel(
  http: ServerHttp,
  { configured, log }: { configured: string | undefined; log: Log },
): ServedModel {
  let known = configured;
  return {
    async find(signal) {
      if (known !== undefined) return { name: known };
      const names = await findModels(http, signal);
      if ('state' in names) return names;
      [known] = names;
      log.info({ model: known, listed: names.length }, 'using the first model that is served');
      return { name: known };
    },
    forget() {
      known = configured;
    },
  };
}
