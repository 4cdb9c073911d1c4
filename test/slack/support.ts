// Batches, a desk and a memory without Redis, and a bot that is connected to a local workspace.

import { once } from 'node:events';
import { createServer } from 'node:net';
import pino from 'pino';
import { expect } from 'vitest';
import { noCounts, noSums, type Batch, type Drop } from '../../src/batch/batch.ts';
import type { Absence, Presence } from '../../src/batch/presence.ts';
import type { Rules } from '../../src/config/rules.ts';
import { createSlack, type Slack, type SlackOptions } from '../../src/slack/create-slack.ts';
import type { Desk } from '../../src/slack/desk.ts';
import type {
  SoFarRecord,
  ThreadChange,
  ThreadMemory,
  ThreadState,
  UploadRecord,
} from '../../src/slack/thread-memory.ts';
import {
  startWorkspace,
  type Workspace,
  type WorkspaceOptions,
} from '../../src/sandbox/workspace/workspace.ts';

/** `expect` of something that is about to be true, on a busy machine too. */
export function eventually<T>(probe: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(probe, { interval: 10 });
}

export const silent = pino({ level: 'silent' });

export const aDrop: Drop = {
  key: 'T1:C1:100.1:0',
  team: 'T1',
  channel: 'C1',
  messageTs: '100.1',
  threadTs: '100.1',
  user: 'U1',
  text: '',
  files: [{ id: 'F1', name: 'products.csv' }],
  addressed: false,
};

export function aBatch(parts: Partial<Batch> = {}): Batch {
  return {
    id: '142',
    state: 'running',
    drop: aDrop,
    language: 'en',
    counts: { ...noCounts, total: 400, pending: 277, running: 0, done: 120, failed: 3 },
    sums: noSums,
    faultGroups: [
      {
        code: 'E_ROW_NO_IMAGE',
        count: 3,
        lines: [4, 18, 20],
        example: { code: 'E_ROW_NO_IMAGE', params: { column: 'image_url' } },
        varied: false,
      },
    ],
    // A second after its message.
    createdMs: 101_100,
    table: {
      columns: ['name', 'image_url', 'material'],
      imageColumns: [1],
      delimiter: ',',
      encoding: 'utf-8',
      chinese: false,
    },
    summary: {
      rows: 400,
      faultyRows: 3,
      rowsWithoutImage: 3,
      repeatedImages: 12,
      images: 397,
      warnings: [],
    },
    recipe: {
      kind: 'default',
      prompt: 'Write.',
      outputs: [
        { name: 'title', header: 'title', list: false },
        { name: 'selling_points', header: 'selling_points', list: true },
      ],
      sampling: { maxTokens: 512, temperature: 0.3, topP: 0.9 },
      detail: 'standard',
      language: 'en',
      contextColumns: [0, 2],
    },
    textIgnored: false,
    ...parts,
  };
}

export interface MemoryDesk extends Desk {
  readonly batches: Map<string, Batch>;
  readonly cancelled: { id: string; by: string }[];
  /** Undefined takes a part away. */
  change(id: string, parts: { readonly [Part in keyof Batch]?: Batch[Part] | undefined }): void;
  /** What a store without its data looks like. */
  flush(): void;
  /** While set, every call rejects: the store is away. */
  away: boolean;
  /** Calls that were rejected while it was away. */
  rejected: number;
}

const heldBy = {
  approval: 'approval',
  turn: 'turn',
  'model-away': 'model',
  'model-misconfigured': 'model',
} as const;

/** What the composition root gives, kept in this process. Recording a drop opens its thread, as it does there. */
export function createMemoryDesk(open: (id: string) => Promise<void> = async () => {}): MemoryDesk {
  const batches = new Map<string, Batch>();
  const keys = new Map<string, string>();
  const all = (): Batch[] => [...batches.values()].toReversed();
  const check = (): void => {
    if (!desk.away) return;
    desk.rejected += 1;
    throw new Error('the store is away');
  };
  const desk: MemoryDesk = {
    batches,
    flush() {
      batches.clear();
      keys.clear();
    },
    cancelled: [],
    away: false,
    rejected: 0,
    change(id, parts) {
      const batch = batches.get(id);
      if (batch === undefined) throw new Error(`there is no batch ${id}`);
      const changed: Batch = Object.assign({ ...batch }, parts);
      batches.set(id, changed);
    },
    async recordDrop(drop) {
      check();
      const known = keys.get(drop.key);
      if (known !== undefined) return { id: known, created: false };
      const id = String(batches.size + 1);
      const { table: _, summary: __, recipe: ___, ...unread } = aBatch();
      const unknown = { state: 'reading', counts: noCounts, faultGroups: [] } as const;
      batches.set(id, { ...unread, ...unknown, id, drop, createdMs: Date.now() });
      keys.set(drop.key, id);
      await open(id);
      return { id, created: true };
    },
    async knowsDrop(key) {
      check();
      return keys.has(key);
    },
    async readBatch(id) {
      check();
      return batches.get(id);
    },
    async listBatches({ team, channel, user, activeOnly, limit }) {
      check();
      const ended = ['done', 'cancelled', 'refused'];
      return all()
        .filter(({ drop }) => drop.team === team)
        .filter(({ drop }) => channel === undefined || drop.channel === channel)
        .filter(({ drop }) => user === undefined || drop.user === user)
        .filter(({ state }) => activeOnly !== true || !ended.includes(state))
        .slice(0, limit);
    },
    async findByThread({ team, channel, threadTs }) {
      check();
      return all().filter(
        ({ drop }) => drop.team === team && drop.channel === channel && drop.threadTs === threadTs,
      );
    },
    async cancel(id, by) {
      check();
      if (!batches.has(id)) return 'unknown';
      desk.cancelled.push({ id, by });
      desk.change(id, { cancelledBy: by });
      return 'cancelled';
    },
    async approve(id, by) {
      check();
      if (batches.get(id)?.pause?.reason !== 'approval') return 'decided';
      desk.change(id, { state: 'running', pause: undefined, approvedBy: by });
      return 'approved';
    },
    async decline(id, by) {
      check();
      if (batches.get(id)?.pause?.reason !== 'approval') return 'decided';
      desk.change(id, { state: 'cancelled', pause: undefined, declinedBy: by, cancelledBy: by });
      return 'declined';
    },
    async pause(id, by) {
      check();
      const batch = batches.get(id);
      if (batch?.pause?.reason === 'approval') return 'approval';
      if (batch?.state === 'reading') return 'reading';
      if (batch?.state !== 'running' && batch?.state !== 'paused') return 'ended';
      desk.change(id, { state: 'paused', pause: { reason: 'person', sinceMs: Date.now(), by } });
      return 'paused';
    },
    async resume(id) {
      check();
      const batch = batches.get(id);
      if (batch?.state !== 'paused') return batch?.state === 'running' ? 'running' : 'ended';
      const reason = batch.pause?.reason ?? 'person';
      if (reason !== 'person' && reason !== 'rejected') return heldBy[reason];
      desk.change(id, { state: 'running', pause: undefined });
      return 'resumed';
    },
    async purge(id) {
      check();
      return batches.delete(id) ? 'purged' : 'unknown';
    },
    readRate: async () => undefined,
    writeRate: async () => {},
  };
  return desk;
}

export interface LocalMemory extends ThreadMemory {
  readonly threads: Map<string, ThreadState>;
  readonly uploads: Map<string, UploadRecord>;
  readonly soFar: Map<string, SoFarRecord>;
  readonly stages: string[];
  /** What was written of threads. */
  readonly changes: ThreadChange[];
  /** How often a thread was looked after. */
  turns: number;
  editsLeft: number;
  /** No thread is known to have something to tell. */
  forgetAll(): void;
}

export function createLocalMemory(): LocalMemory {
  const open = new Set<string>();
  const claimed = new Set<string>();
  const memory: LocalMemory = {
    threads: new Map(),
    uploads: new Map(),
    soFar: new Map(),
    stages: [],
    changes: [],
    turns: 0,
    editsLeft: 1_000,
    forgetAll: () => open.clear(),
    open: async (id) => void open.add(id),
    settle: async (id) => void open.delete(id),
    unsettled: async () => [...open],
    async claimSpeaker() {
      memory.turns += 1;
      return true;
    },
    readThread: async (id) => memory.threads.get(id) ?? {},
    async writeThread(id, change) {
      memory.changes.push(change);
      const merged: object = { ...memory.threads.get(id), ...change };
      const kept = Object.entries(merged).filter(([, value]) => value !== null);
      memory.threads.set(id, Object.fromEntries(kept));
    },
    async spendEdit() {
      memory.editsLeft -= 1;
      return memory.editsLeft >= 0;
    },
    async claimOnce(key) {
      if (claimed.has(key)) return false;
      claimed.add(key);
      return true;
    },
    readUpload: async (id) => memory.uploads.get(id),
    async writeUpload(id, record) {
      memory.stages.push(record.stage);
      memory.uploads.set(id, record);
    },
    readSoFar: async (id) => memory.soFar.get(id),
    writeSoFar: async (id, record) => void memory.soFar.set(id, record),
  };
  return memory;
}

export interface LocalPresence extends Presence {
  heardMs: number;
  absence: Absence | undefined;
}

/** By this machine's clock; as new unless `heardMs` is set. */
export function createLocalPresence(): LocalPresence {
  const presence: LocalPresence & { sweptMs: number } = {
    heardMs: Date.now(),
    sweptMs: 0,
    absence: undefined,
    async noteConnected() {
      return { nowMs: Date.now(), heardMs: presence.heardMs, sweptMs: presence.sweptMs };
    },
    async noteSwept(heardMs, nextMs) {
      if (presence.heardMs !== heardMs) return;
      presence.heardMs = nextMs;
      presence.sweptMs = Date.now();
    },
    readAbsence: async () => presence.absence,
  };
  return presence;
}

/** What an installation has that says nothing about it. */
export const noRules: Rules = { operators: [], allowGuests: false, allowChannels: [] };

export interface Stage extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly slack: Slack;
  readonly desk: MemoryDesk;
  readonly memory: LocalMemory;
  readonly presence: LocalPresence;
}

export interface StageOptions extends WorkspaceOptions {
  readonly rules?: Partial<Rules>;
  /** What keeps the store from serving; nothing unless told. */
  readonly storage?: SlackOptions['storage'];
}

/** A free port on the loopback interface. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A workspace with the bot connected. */
export async function createStage({
  rules,
  storage = { findTrouble: async () => undefined },
  ...options
}: StageOptions = {}): Promise<Stage> {
  const port = await findPort();
  const workspace = await startWorkspace({
    shareDelayMs: 20,
    retryDelaysMs: [50, 100, 200],
    botEventsUrl: () => `http://127.0.0.1:${port}/slack/events`,
    ...options,
  });
  const memory = createLocalMemory();
  const presence = createLocalPresence();
  const desk = createMemoryDesk(memory.open);
  const common = {
    botToken: workspace.botToken,
    apiUrl: workspace.apiUrl,
    slashCommand: '/batch',
  };
  const slack = await createSlack({
    config:
      options.mode === 'http'
        ? { ...common, mode: 'http', signingSecret: workspace.signingSecret, port }
        : { ...common, mode: 'socket', appToken: workspace.appToken },
    log: silent,
    desk,
    memory,
    rules: { ...noRules, ...rules },
    settleMs: 1_000,
    storage,
    presence,
  });
  await workspace.waitForBot();
  return {
    workspace,
    slack,
    desk,
    memory,
    presence,
    async [Symbol.asyncDispose]() {
      await slack[Symbol.asyncDispose]();
      await workspace.close();
    },
  };
}

export function csv(name = 'products.csv'): { name: string; bytes: Uint8Array; mimetype: string } {
  const bytes = Buffer.from('name,image_url\nLamp,https://example.com/1.jpg\n');
  return { name, bytes, mimetype: 'text/csv' };
}

/** A batch of ada's in #products, below a message of hers. */
export async function withBatch(stage: Stage, parts: Partial<Batch> = {}): Promise<Batch> {
  const { workspace, desk, memory, slack } = stage;
  const { ts, channel } = await workspace.say({ user: 'ada', channel: 'products', text: 'file' });
  const place = { channel, messageTs: ts, threadTs: ts, team: 'T00DARKRM1' };
  const read = aBatch(parts);
  const drop = { ...read.drop, ...place, key: ts, user: workspace.people.ada.id };
  const batch = { ...read, drop };
  desk.batches.set(batch.id, batch);
  await memory.open(batch.id);
  slack.wake();
  return batch;
}

/** A batch whose file ada has just dropped in #products, as if it had been read at once. */
export async function dropBatch(
  { workspace, desk, slack }: Stage,
  parts: Partial<Batch> = {},
  name?: string,
): Promise<Batch> {
  const before = desk.batches.size;
  await workspace.drop({ user: 'ada', channel: 'products', files: [csv(name)] });
  await eventually(() => desk.batches.size).toBe(before + 1);
  const [id, recorded] = [...desk.batches].at(-1) ?? [];
  if (id === undefined || recorded === undefined) throw new Error('nothing was recorded');
  const batch = aBatch({ id, drop: recorded.drop, ...parts });
  desk.batches.set(id, batch);
  slack.wake();
  return batch;
}
