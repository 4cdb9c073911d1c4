// Switches for a simulated server that runs as a program of its own; the real one has no such paths.

import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { toJsonReply } from '../http/reply.ts';
import { toValidationError } from './api-error.ts';
import type { CallLog } from './call-log.ts';
import { modelFault } from './model-faults.ts';
import type { ModelServerFaults } from './model-server.ts';
import { readJson, type Routes } from './model-routes.ts';

const faultOrder = z.strictObject({ fault: modelFault, times: z.int().positive().default(1) });
const absenceOrder = z.strictObject({
  how: z.enum(['refused', 'unavailable']),
  ms: z.int().positive().max(600_000),
});

/** `POST /sandbox/faults {fault, times}`, `DELETE /sandbox/faults`, `GET /sandbox/calls`, and
 *  `POST /sandbox/away {how, ms}`, which is limited in time since nobody could call it back. */
export function createControlRoutes(log: CallLog, faults: ModelServerFaults): Routes {
  return {
    'GET /sandbox/calls': async () => toJsonReply(200, log.calls),
    'POST /sandbox/faults': async (ask) => {
      const { fault, times } = parseOrder(faultOrder, await readJson(ask));
      faults.next(fault, times);
      return toJsonReply(200, { ok: true });
    },
    'DELETE /sandbox/faults': async () => {
      faults.clear();
      return toJsonReply(200, { ok: true });
    },
    'POST /sandbox/away': async (ask) => {
      const { how, ms } = parseOrder(absenceOrder, await readJson(ask));
      // Not before this answer is out.
      setImmediate(() => void leaveFor(faults, how, ms));
      return toJsonReply(200, { ok: true }, { connection: 'close' });
    },
  };
}

async function leaveFor(
  faults: ModelServerFaults,
  how: 'refused' | 'unavailable',
  ms: number,
): Promise<void> {
  await faults.away(how);
  await pause(ms);
  await faults.away(false);
}

function parseOrder<Order>(schema: z.ZodType<Order>, body: unknown): Order {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw toValidationError(
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}
