// The conversation as a whole: what comes in from Slack, what is said in threads, files both ways.

import { App, type Receiver } from '@slack/bolt';
import type { Batch, Drop, DroppedFile } from '../batch/batch.ts';
import type { FileKind } from '../batch/file-kind.ts';
import type { Language } from '../batch/language.ts';
import type { OutageNews } from '../batch/outage.ts';
import type { Presence } from '../batch/presence.ts';
import type { ResultFile, WrittenResults } from '../batch/results.ts';
import type { SpooledFile } from '../batch/spooled-file.ts';
import type { Rules } from '../config/rules.ts';
import type { SlackConfig } from '../config.ts';
import type { Fault } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { createCatchUp } from './drops/catch-up.ts';
import { buildClientOptions, createClients, onRateLimited, toBoltLogger } from './clients.ts';
import type { Conversation } from './conversation.ts';
import { createReceiver } from './create-receiver.ts';
import { createThreads, type StorageEdge } from './threads/create-threads.ts';
import { deliver } from './posts/deliver.ts';
import { deliverSoFar, type Outage } from './posts/deliver-so-far.ts';
import type { Desk } from './desk.ts';
import { downloadFile } from './drops/download.ts';
import { findRefusal } from './drops/find-refusal.ts';
import { explainRefusedApp, readIdentity, type Identity } from './identity.ts';
import { onApprove, onDecline } from './listeners/on-approval.ts';
import { onCommand } from './listeners/on-command.ts';
import { onJoined } from './listeners/on-joined.ts';
import { onPurge } from './listeners/on-purge.ts';
import { onRetry } from './listeners/on-retry.ts';
import { onDirectMessage, onMention } from './listeners/on-said.ts';
import { onShortcut, runShortcut } from './listeners/on-shortcut.ts';
import { onChoice, onStopButton } from './listeners/on-stop.ts';
import { onUselessFiles } from './listeners/on-useless-files.ts';
import { openKnownThreads } from './threads/known-threads.ts';
import { createPeople } from './people.ts';
import { readLink } from './read-link.ts';
import { recordBeforeBolt } from './drops/record-drops.ts';
import type { ThreadMemory } from './thread-memory.ts';
import { tellOutage } from './posts/tell-outage.ts';
import { createTimeLeft } from './threads/time-left.ts';
import { watchAccess } from './watch-access.ts';
import { approveAction, declineAction } from './views/approval.ts';
import { chooseAction } from './views/batches.ts';
import { purgeAction } from './views/purge.ts';
import { retryAction } from './views/retry-button.ts';
import { stopAction } from './views/stop-button.ts';

export interface SlackOptions {
  readonly config: SlackConfig;
  readonly log: Logger;
  readonly desk: Desk;
  readonly memory: ThreadMemory;
  readonly presence: Presence;
  readonly rules: Rules;
  /** Where it is noted on this machine's disk which threads show a batch at work; see known-threads.ts. */
  readonly threadsDirectory?: string;
  /** What keeps the store from serving, for the threads to say so; see create-storage-watch.ts. */
  readonly storage: StorageEdge;
  /** How long posted files may take to show up, see upload.ts. Milliseconds, 60,000 if absent. */
  readonly settleMs?: number;
  /** Told the method of every call that Slack turns down for now. */
  readonly onRateLimited?: (method: string) => void;
}

export interface Slack extends AsyncDisposable {
  /** True while events can come in, and Slack takes the bot's token. */
  connected(): boolean;
  /** Something about a batch has changed: its thread is looked at now rather than within a second. */
  wake(): void;
  /** English where Slack does not tell. */
  languageOf(user: string): Promise<Language>;
  /** Why the person may not start a batch there, if so. Rejects while Slack does not tell who it is. */
  findRefusal(drop: Drop): Promise<Fault | undefined>;
  /** '' where Slack does not tell. */
  linkTo(batchId: string): Promise<string>;
  /** See download.ts. */
  download(
    file: DroppedFile,
    options: {
      readonly directory: string;
      maxBytes(kind: FileKind): number;
      readonly signal: AbortSignal;
    },
  ): Promise<SpooledFile>;
  /** See deliver-so-far.ts. */
  deliverSoFar(batch: Batch, file: ResultFile, outage: Outage): Promise<void>;
  /** See tell-outage.ts; absent where no channel is named for it. */
  tellOutage?(news: OutageNews): Promise<void>;
  /** See deliver.ts. */
  deliver(batch: Batch, results: WrittenResults, signal: AbortSignal): Promise<void>;
}

/** Connects to Slack. Rejects where it does not accept the tokens. Disposing stops what comes in, then the threads. */
export async function createSlack(options: SlackOptions): Promise<Slack> {
  const { config, log, desk, memory, rules } = options;
  const clients = createClients(config.botToken, log, config.apiUrl);
  if (options.onRateLimited !== undefined) onRateLimited(clients, options.onRateLimited);
  const identity = await readIdentity(clients.steady);
  const people = createPeople({ client: clients.steady, log, team: identity.team });
  const timeLeft = createTimeLeft(desk);
  const known = await openKnownThreads(options.threadsDirectory, log);
  const { storage, presence } = options;
  const common = { clients, memory, desk, log, people, rules };
  const threads = createThreads({ ...common, timeLeft, known, storage, presence });
  const entrance = createReceiver(config, log);
  const app = buildApp(config, { receiver: entrance.receiver, identity, log });
  const conversation: Conversation = {
    ...common,
    identity,
    slashCommand: config.slashCommand,
    onRecorded: () => threads.wake(),
  };
  recordBeforeBolt(app, conversation);
  listen(app, conversation);
  await startOrUndo(app, [entrance.stop, threads[Symbol.asyncDispose]]);
  const access = watchAccess({ client: clients.steady, log });
  const connected = (): boolean => entrance.connected() && access.isLetIn();
  const catchUp = createCatchUp({ ...conversation, presence, connected });
  return {
    connected,
    wake: () => threads.wake(),
    findRefusal: (drop) => findRefusal(drop, conversation),
    languageOf: async (user) => (await people.read(user)).language,
    linkTo: async (batchId) => {
      const batch = await desk.readBatch(batchId);
      return (batch && (await readLink(batch, conversation))) ?? '';
    },
    download: (file, target) =>
      downloadFile(
        { file, ...target },
        { client: clients.steady, token: config.botToken, apiUrl: config.apiUrl },
      ),
    ...createPosts(conversation, options.settleMs),
    async [Symbol.asyncDispose]() {
      access[Symbol.dispose]();
      // Both may have a call to Slack under way, which can take seconds.
      const caughtUp = catchUp[Symbol.asyncDispose]();
      await entrance.stop();
      await threads[Symbol.asyncDispose]();
      await caughtUp;
    },
  };
}

/** What is posted besides what threads show by themselves. */
function createPosts(
  conversation: Conversation,
  settleMs: number | undefined,
): Pick<Slack, 'deliver' | 'deliverSoFar' | 'tellOutage'> {
  const needs = settleMs === undefined ? conversation : { ...conversation, settleMs };
  const posts = {
    deliver: (batch: Batch, results: WrittenResults, signal: AbortSignal) =>
      deliver(batch, results, { needs, signal }),
    deliverSoFar: (batch: Batch, file: ResultFile, outage: Outage) =>
      deliverSoFar(batch, file, { ...outage, needs }),
  };
  if (conversation.rules.opsChannel === undefined) return posts;
  return { ...posts, tellOutage: (news) => tellOutage(news, conversation) };
}

interface AppNeeds {
  readonly receiver: Receiver;
  readonly identity: Identity;
  readonly log: Logger;
}

/** One workspace, whose token is known: nothing is looked up for an event. */
function buildApp(config: SlackConfig, { receiver, identity, log }: AppNeeds): App {
  return new App({
    receiver,
    authorize: async () => ({
      botToken: config.botToken,
      botId: identity.botId,
      botUserId: identity.botUser,
      teamId: identity.team,
    }),
    logger: toBoltLogger(log),
    clientOptions: buildClientOptions(log, config.apiUrl),
  });
}

/** What Darkroom reacts to. */
function listen(app: App, conversation: Conversation): void {
  app.event('message', onDirectMessage(conversation));
  app.event('message', onUselessFiles(conversation));
  app.event('app_mention', onMention(conversation));
  app.event('member_joined_channel', onJoined(conversation));
  app.command(conversation.slashCommand, onCommand(conversation));
  app.action(stopAction, onStopButton(conversation));
  app.action(retryAction, onRetry(conversation));
  app.action(chooseAction, onChoice(conversation));
  app.action(approveAction, onApprove(conversation));
  app.action(declineAction, onDecline(conversation));
  app.action(purgeAction, onPurge(conversation));
  app.shortcut({ callback_id: runShortcut, type: 'message_action' }, onShortcut(conversation));
  app.error(async (error) => {
    conversation.log.error(
      { err: error },
      'something that came from Slack could not be dealt with',
    );
  });
}

async function startOrUndo(app: App, undo: readonly (() => PromiseLike<void>)[]): Promise<void> {
  try {
    await app.start();
  } catch (error) {
    await Promise.allSettled(undo.map((stop) => stop()));
    throw explainRefusedApp(error);
  }
}
