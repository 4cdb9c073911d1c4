// The simulated model server in a process of its own, which tells what it has done.

import type { Call } from '../../src/sandbox/model/call-log.ts';
import { startModelServer } from '../../src/sandbox/model/model-server.ts';
import { answerOrders } from './forked-program.ts';
import type { CallNote, ModelLook, ModelOptions, ModelOrder } from './model-process.ts';

const [, , text = '{}'] = process.argv;
const options: ModelOptions = JSON.parse(text);
const starting = startModelServer(options);
const told = new WeakSet<Call>();

answerOrders(async (_order: ModelOrder): Promise<ModelLook> => {
  const server = await starting;
  const ended = server.calls.filter((call) => call.endedMs !== undefined && !told.has(call));
  for (const call of ended) told.add(call);
  return {
    url: server.url,
    model: server.model,
    running: server.running(),
    waiting: server.waiting(),
    peakInFlight: server.peakInFlight(),
    ended: ended.map(toNote),
  };
});

function toNote({
  number,
  rowText,
  startedMs,
  endedMs,
  inFlight,
  promptTokens,
  result,
}: Call): CallNote {
  const note = { number, rowText, startedMs, inFlight, promptTokens };
  return { ...note, endedMs: endedMs ?? startedMs, result: result ?? 'disconnected' };
}
