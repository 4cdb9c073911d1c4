// Collects the three histories of one batch, and what must be true of the whole installation at rest.

import type { Message } from '../../src/sandbox/workspace/slack-objects.ts';
import type { Place } from '../../src/sandbox/workspace/person-messages.ts';
import { createAnnouncements } from '../../src/queue/announcements.ts';
import { createLedger } from '../../src/queue/ledger.ts';
import { createRedis } from '../../src/queue/create-redis.ts';
import { createStore } from '../../src/queue/store.ts';
import { keyPrefix, type ChaosWorld } from './chaos-world.ts';
import type { Histories, RowCall } from './compare-histories.ts';
import { findSku } from './dropped-table.ts';
import { waitUntil } from './wait-until.ts';

/** Files named `….results.csv` of each message that carries one, in the thread or in ada's direct message. */
export function findResults(world: ChaosWorld, place: Place): readonly Buffer[] {
  const { workspace } = world;
  return [...findSaid(world, place), ...findDirect(world)].flatMap(({ files = [] }) => {
    const results = files.filter(({ name }) => name?.endsWith('.results.csv'));
    return results.map(({ id }) => workspace.file(id).bytes);
  });
}

/** The bot's messages in the thread. */
export function findSaid({ workspace }: ChaosWorld, { channel, ts }: Place): readonly Message[] {
  return workspace.thread(channel, ts).filter(({ user }) => user === workspace.people.bot.id);
}

/** The bot's messages to ada alone. */
export function findDirect({ workspace }: ChaosWorld): readonly Message[] {
  const { channels, people } = workspace;
  return workspace.channelMessages(channels.dm.ada.id).filter(({ user }) => user === people.bot.id);
}

/** Requests for rows that came after the one with this number. */
export function readCalls({ model }: ChaosWorld, after = 0): readonly RowCall[] {
  return model.calls.flatMap(({ number, rowText, result }) => {
    const sku = number > after ? findSku(rowText) : undefined;
    return sku === undefined ? [] : [{ sku, rowText, answered: result === 200 }];
  });
}

/** The most requests for rows that were at the model server at once; a bot's test question at its start does
 *  not go through the gate. */
export function findPeak({ model }: ChaosWorld): number {
  const changes = model.calls
    .filter(({ rowText }) => findSku(rowText) !== undefined)
    .flatMap(({ startedMs, endedMs }) => [
      { at: startedMs, by: 1 },
      ...(endedMs === undefined ? [] : [{ at: endedMs, by: -1 }]),
    ])
    // Of one millisecond the ends come first.
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  let [now, peak] = [0, 0];
  for (const { by } of changes) {
    now += by;
    peak = Math.max(peak, now);
  }
  return peak;
}

export async function readLedger(
  world: ChaosWorld,
  id: string | undefined,
): Promise<Histories['ledger']> {
  if (id === undefined) return { counts: undefined, statuses: [] };
  const counts = await world.ledger.counts(id);
  if (counts === undefined) return { counts, statuses: [] };
  const redis = createRedis({ url: world.redis.url });
  try {
    const store = createStore({ redis, prefix: keyPrefix });
    const ledger = createLedger({ store, announcements: createAnnouncements(redis, store) });
    const statuses: string[] = [];
    for await (const rows of ledger.readResults(id)) {
      statuses.push(...rows.map(({ outcome }) => outcome.status));
    }
    return { counts, statuses };
  } finally {
    await redis.close();
  }
}

/** Keys that stay for ever and stay small: numbers of the installation, and the step queues' own. */
const lasting = /:(ids|active|unsettled|endpoint|format|model)$|:steps:/u;

/** Every row has weight 1, so that slots can be compared with the sum of their weights. */
async function explainGate({ ledger }: ChaosWorld): Promise<string[]> {
  const [sum, { size: slots }] = await Promise.all([ledger.gateRunning(), ledger.slots()]);
  return [
    ...(slots > 0 ? [`${slots} slots of the gate are held for nobody`] : []),
    ...(sum === slots ? [] : [`the gate's sum is ${sum}, its slots are ${slots}`]),
  ];
}

/** What does not hold once nothing is under way any more. `withinMs`: how long the gate may take to get
 *  there. */
export async function checkAtRest(world: ChaosWorld, withinMs: number): Promise<string[]> {
  const { ledger, fleet, model, workspace } = world;
  const broken: string[] = [];
  const empty = await waitUntil(async () => (await ledger.gateRunning()) === 0, withinMs);
  if (!empty) broken.push(...(await explainGate(world)));
  if (model.running() > 0) broken.push(`${model.running()} requests are at the model at rest`);
  let forever: readonly string[] = [];
  // Some get their end by who looks after them every few seconds.
  await waitUntil(async () => {
    forever = (await ledger.keysWithoutExpiry()).filter((key) => !lasting.test(key));
    return forever.length === 0;
  }, 6000);
  if (forever.length > 0) broken.push(`keys without an end: ${forever.slice(0, 5).join(', ')}`);
  if (fleet.leaks.length > 0) broken.push(`a token stands in the log: ${fleet.leaks.length} lines`);
  const posts = workspace.calls.filter(({ method, error }) => method && error === 'invalid_blocks');
  if (posts.length > 0) broken.push('a message was refused for its blocks');
  return broken;
}
