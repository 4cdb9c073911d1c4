// The commands of the corpus, S1 to S15, and S16: what a batch as it is does not allow. Prompts and options are
// in prompt-corpus.ts.

import { noCounts, type Batch } from '../../src/batch/batch.ts';
import type { Rules } from '../../src/config/rules.ts';
import {
  approveBatch,
  cancelBatch,
  pauseBatch,
  resumeBatch,
  retryBatch,
} from '../../src/slack/commands/control-batch.ts';
import { findPurgeFault } from '../../src/slack/commands/purge-batch.ts';
import { parseCommand } from '../../src/slack/commands/verbs.ts';
import { admitBatch } from '../../src/work/admit-batch.ts';
import {
  aBatch,
  aDrop,
  createMemoryDesk,
  createStage,
  noRules,
  silent,
  type Stage,
} from '../slack/support.ts';
import { toEntries, type Entry, type Line, type Outcome } from './entry.ts';
import { toToldCode } from './told-code.ts';

/** How a text after the slash command is understood. */
const typed = (text: string) => (): Outcome => {
  const command = parseCommand(text);
  if ('code' in command) return command;
  return command.id === undefined ? command.verb : `${command.verb} ${command.id}`;
};

interface Said {
  readonly user?: string;
  readonly channel?: string;
  /** Where ada's batch 142 is in #products. */
  readonly batch?: boolean;
  readonly away?: boolean;
}

/** What a person in Slack reads after a slash command. */
const said =
  (text: string, { user = 'ada', channel = 'products', batch, away = false }: Said = {}) =>
  async (): Promise<Outcome> => {
    await using stage = await createStage();
    if (batch === true) await addBatch(stage);
    stage.desk.away = away;
    const replies = await stage.workspace.slash({ user, channel, command: '/batch', text });
    return toToldCode(replies.map((reply) => reply.text).join('\n'));
  };

async function addBatch({ workspace, desk }: Stage): Promise<void> {
  const { ts, channel } = await workspace.say({ user: 'ada', channel: 'products', text: 'file' });
  const place = { channel, messageTs: ts, threadTs: ts, team: 'T00DARKRM1' };
  const drop = { ...aDrop, ...place, key: ts, user: workspace.people.ada.id };
  desk.batches.set('142', { ...aBatch(), drop });
}

/** What ada alone reads after she mentions Darkroom in a thread without a file. */
const mentioned = (text: string) => async (): Promise<Outcome> => {
  await using stage = await createStage();
  const { workspace } = stage;
  const { ts } = await workspace.say({ user: 'ada', channel: 'products', text: 'good morning' });
  const mention = `<@${workspace.people.bot.id}> ${text}`;
  await workspace.say({ user: 'ada', channel: 'products', threadTs: ts, text: mention });
  const answer = await workspace.waitFor(() => workspace.ephemerals('ada')[0]);
  return toToldCode(answer.text);
};

const started =
  (name: 'guest' | 'partner' | 'ada', where: 'products' | 'partners', scopes?: string[]) =>
  async (): Promise<Outcome> => {
    await using stage = await createStage(scopes === undefined ? {} : { scopes });
    const { people, channels } = stage.workspace;
    const drop = { ...aDrop, user: people[name].id, channel: channels[where].id };
    return (await stage.slack.findRefusal(drop)) ?? 'accepted';
  };

const rules: Rules = { ...noRules, operators: ['U0OP'] };

/** What becomes of a person's wish for a batch of U1's that is like this; asked twice where it is a double click. */
const asked =
  (
    control: typeof cancelBatch,
    { parts = {}, by = 'U1', times = 1 }: { parts?: Partial<Batch>; by?: string; times?: number },
  ) =>
  async (): Promise<Outcome> => {
    const desk = createMemoryDesk();
    desk.batches.set('142', aBatch(parts));
    const person = { language: 'en', isAdmin: false, kind: 'member' } as const;
    const people = { read: async () => person, identify: async () => person };
    const needs = { desk, people, rules, log: silent, onRecorded: () => {} };
    let outcome: Outcome = 'done';
    for (let time = 0; time < times; time += 1) {
      const batch = await desk.readBatch('142');
      if (batch === undefined) return 'gone';
      outcome = (await control(batch, by, needs)) ?? 'done';
    }
    return outcome;
  };

const purged = (parts: Partial<Batch>) => (): Outcome =>
  findPurgeFault(aBatch(parts), 'U1', { rules }) ?? 'done';

/** A file of so many rows, of a person with 200 rows left today. */
const admitted = (rows: number) => async (): Promise<Outcome> => {
  const limits = { approvalRows: 9, approvalSeconds: 9, rowsPerDay: 50_000, batchesPerPerson: 2 };
  const ledger = {
    chargeRows: async () => ({ counted: rows <= 200, left: 200, secondsToReset: 5400 }),
    lastRate: async () => undefined,
  };
  await admitBatch({ id: '1' }, rows, { ledger, limits });
  return 'accepted';
};

const held = (reason: 'approval' | 'turn' | 'model-away'): Partial<Batch> => ({
  state: 'paused',
  pause: { reason, sinceMs: 0 },
});
const ended: Partial<Batch> = {
  state: 'cancelled',
  counts: { ...noCounts, total: 9, done: 5, cancelled: 4 },
};
const finished: Partial<Batch> = { state: 'done', counts: { ...noCounts, total: 9, done: 9 } };

const commands: readonly Line[] = [
  ['S2', 'an unknown verb', 'E_COMMAND_UNKNOWN', typed('frobnicate')],
  ['S2', 'a slip', 'E_COMMAND_MISSPELT', typed('statsu 142')],
  ['S2', '__proto__', 'E_COMMAND_UNKNOWN', typed('__proto__')],
  ...['cancel abc', 'cancel -1', 'cancel 1e9', 'status 😀'].map((text): Line => [
    'S6',
    text,
    'E_BATCH_ID',
    typed(text),
  ]),
  ['S6', 'cancel without a number', 'E_NO_RUNNING_BATCH', said('cancel')],
  ['S6', 'a number that there is not', 'E_BATCH_UNKNOWN', said('cancel 999')],
  [
    'S6',
    'a number of another channel',
    'E_BATCH_UNKNOWN',
    said('cancel 142', { batch: true, channel: 'random' }),
  ],
  ['S6', 'purge without a number', 'E_NAME_BATCH', said('purge')],
  ['S6', 'a thread without a batch', 'E_NO_BATCH_IN_THREAD', mentioned('status')],
  ['S7', 'another’s batch, to stop', 'E_NOT_ALLOWED', asked(cancelBatch, { by: 'U2' })],
  ['S7', 'another’s batch, to pause', 'E_NOT_YOURS', asked(pauseBatch, { by: 'U2' })],
  ['S7', 'one’s own batch, to approve', 'E_NOT_OPERATOR', asked(approveBatch, {})],
  ['S9', 'run, where there is no file', 'E_NO_TABLE_HERE', said('run')],
  ['S10', 'a channel without Darkroom', 'E_NOT_IN_CHANNEL', said('list', { channel: 'random' })],
  ['S11', '8 kB of text', 'E_COMMAND_UNKNOWN', typed('x'.repeat(8000))],
  [
    'S12',
    'Approve twice',
    'E_ALREADY_DECIDED',
    asked(approveBatch, { parts: held('approval'), by: 'U0OP', times: 2 }),
  ],
  ['S12', 'Retry twice', 'E_RETRIED', asked(retryBatch, { parts: ended, times: 2 })],
  ['S14', 'an emoji', 'E_COMMAND_UNKNOWN', typed('😀')],
  ['S15', 'list, while Redis is down', 'E_TRY_AGAIN', said('list', { away: true })],
  ['S16', 'to stop what has ended', 'E_BATCH_ENDED', asked(cancelBatch, { parts: finished })],
  ['S16', 'to resume what runs', 'E_NOT_PAUSED', asked(resumeBatch, {})],
  [
    'S16',
    'to pause what is being read',
    'E_STILL_READING',
    asked(pauseBatch, { parts: { state: 'reading' } }),
  ],
  [
    'S16',
    'to resume what waits for an operator',
    'E_WAITS_APPROVAL',
    asked(resumeBatch, { parts: held('approval') }),
  ],
  [
    'S16',
    'to resume what waits for its turn',
    'E_WAITS_TURN',
    asked(resumeBatch, { parts: held('turn') }),
  ],
  [
    'S16',
    'to resume what waits for the model',
    'E_WAITS_MODEL',
    asked(resumeBatch, { parts: held('model-away') }),
  ],
  ['S16', 'to retry what runs', 'E_RETRY_ACTIVE', asked(retryBatch, {})],
  ['S16', 'to retry where all is done', 'E_RETRY_NOTHING', asked(retryBatch, { parts: finished })],
  ['S16', 'to purge what runs', 'E_PURGE_ACTIVE', purged({})],
];

const files: readonly Line[] = [
  ['S8', 'a guest', 'E_START_GUEST', started('guest', 'products')],
  ['S8', 'a person of another workspace', 'E_START_STRANGER', started('partner', 'partners')],
  ['S9', 'a channel shared outside', 'E_START_SHARED', started('ada', 'partners')],
  [
    'S9',
    'a channel that Slack does not show',
    'E_SLACK_RIGHTS',
    started('ada', 'products', ['users:read']),
  ],
  ['S13', 'more rows than are left today', 'E_ROWS_PER_DAY', admitted(300)],
  ['S13', 'more rows than a day has', 'E_ROWS_OVER_DAY', admitted(50_001)],
];

const taken: readonly Line[] = [
  ['S1', 'nothing', 'help', typed('')],
  ['S5', 'typographic quotation marks', 'status 142', typed('“status” “142”')],
  ['S12', 'stop twice', 'done', asked(cancelBatch, { times: 2 })],
  ['S14', 'a mark that turns the writing', 'cancel 241', typed('cancel \u202E241')],
  ['S14', 'a mention in front', 'cancel', typed('<@U1> stop')],
];

export const commandCorpus: readonly Entry[] = [
  ...toEntries('command', commands),
  ...toEntries('file', files),
  ...toEntries('nowhere', taken),
];
