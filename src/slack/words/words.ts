// Everything that a person reads in Slack, as one catalogue; each language fills it once.
// Arguments that come from people are escaped already (escape.ts); what is returned is mrkdwn,
// except under `button`, which Slack shows as plain text.

import type { PauseReason } from '../../batch/batch.ts';
import type { StoreTrouble } from '../../batch/store-trouble.ts';
import type { BundleSummary, TableWarning } from '../../batch/table.ts';

export interface Tally {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface PauseTold {
  readonly reason: PauseReason;
  /** A Slack date token. */
  readonly since: string;
  /** Mentions who paused it. */
  readonly by: string | undefined;
  /** What the model server said of rows that it rejects; may be ''. */
  readonly said: string;
}

/** What is said about letting batches run, pausing them and forgetting them. */
export interface ControlWords {
  /** For operators: what waits, of whom, and how much work it is; `time` where it can be told. */
  wanted(batch: { id: string; name: string; user: string; rows: number; time?: string }): string;
  ask(operators: readonly string[]): string;
  /** Nobody is named who could approve it. */
  nobody(): string;
  approvedBy(by: string): string;
  declinedBy(by: string): string;
  stoppedBy(by: string): string;
  paused(id: string, command: string): string;
  resumed(id: string): string;
  approved(id: string): string;
  /** Calls the person to a batch that goes on only when somebody has mended something. */
  rejected(user: string, name: string): string;
  /** For operators: batches wait since then. `refuses`: the server is there and refuses requests. */
  outageBegan(outage: { since: string; refuses: boolean; batches: number; rows: number }): string;
  outageEnded(duration: string): string;
  /** Redis lost what was kept of a batch. */
  lost(user: string, name: string): string;
  /** What is left of its progress. */
  lostTitle(name: string): string;
  /** Redis cannot be used: what is the matter since when. */
  storeTrouble(trouble: StoreTrouble, since: string): string;
  /** Files that a batch needs find no room on a machine's disk. */
  diskFull(since: string): string;
  /** The results cannot be written or delivered, for a mistake in Darkroom. */
  stuck(id: string, since: string): string;
  /** It was ended nevertheless: to whoever did it, and in its thread. */
  endedStuck(id: string): string;
  unwritten(): string;
  /** Rows did not add up at the end, and run again. */
  rechecking(rows: number): string;
  /** In the message of a batch whose rows are worked on again, and in that of the one that does it. */
  retried(as: string, by: string): string;
  retryOf(id: string): string;
  /** Beneath results with unfinished rows. */
  retryHint(): string;
  /** Asked before everything of a batch is deleted. */
  purgeQuestion(id: string, name: string): string;
  /** `kept`: some of the bot's own messages could not be deleted. */
  purged(id: string, kept: boolean): string;
  /** What is left in the thread. */
  purgedNotice(id: string, by: string): string;
}

export interface Words {
  rows(count: number): string;
  /** "3 pictures": the name of a drop of loose ones. */
  pictures(count: number): string;
  /** "rows 4, 18 and 20"; `more` where further rows are not named. */
  rowNumbers(lines: readonly number[], more: boolean): string;

  readonly progress: {
    reading(name: string): string;
    working(name: string): string;
    waiting(name: string): string;
    writing(name: string): string;
    done(name: string): string;
    stopped(name: string): string;
    /** A line such as "120 of 400 rows done, 3 failed, about 4 min left". */
    tally(tally: Tally, timeLeft: string | undefined): string;
    timeLeft(duration: string): string;
    /** Rows whose answer was there already; for the end of a batch too. */
    cached(rows: number): string;
    /** While no batch has shown yet how fast this model server is. */
    timeUnknown(): string;
    /** Where a person has paused it. */
    held(name: string): string;
    paused(pause: PauseTold): string;
    approved(by: string): string;
    declined(by: string): string;
    /** The model server was away for so long. */
    gaveUp(hours: string): string;
    /** Darkroom was not there while the batch was under way; Slack date tokens. */
    offline(from: string, to: string): string;
    /** Nor when the file was dropped. */
    late(dropped: string): string;
    footer(id: string, ended: boolean): string;
  };

  readonly understood: {
    table(rows: string, columns: readonly string[]): string;
    /** Several lines: what came with the drop, and what became of it. */
    bundle(bundle: BundleSummary, rows: number): readonly string[];
    standard(outputs: readonly string[], language: string): string;
    ownPrompt(outputs: readonly string[], language: string): string;
    context(columns: readonly string[]): string;
    promptColumn(column: string): string;
    textUnused(): string;
    cacheOff(): string;
    repeats(rows: number): string;
    withoutPicture(rows: number): string;
    faulty(rows: number): string;
    warning(warning: TableWarning): string;
    /** The name of a language that answers are written in. */
    languageName(language: 'en' | 'zh'): string;
  };

  readonly failures: {
    title(rows: number): string;
    /** `varied`: the sentence speaks for one of the rows only. */
    group(group: { rows: number; sentence: string; lines: string; varied: boolean }): string;
    moreCauses(count: number): string;
  };

  readonly refusal: {
    title(name: string): string;
    batch(id: string): string;
    alreadyRunning(batch: string): string;
  };

  readonly results: {
    done(user: string, name: string, tally: Tally): string;
    /** `by` where somebody else than `user` stopped it. */
    stopped(stopped: { user: string; name: string; tally: Tally; by: string | undefined }): string;
    /** Where it could not go on: the model server was away for `hours`. */
    gaveUp(ended: { user: string; name: string; tally: Tally; hours: string }): string;
    /** Above the results of a batch that waits since then. */
    soFar(told: { user: string; name: string; tally: Tally; since: string }): string;
    samples(): string;
    sample(row: number): string;
    field(name: string, value: string): string;
    animated(pictures: number): string;
    /** `bundled` where its rows need the pictures that were dropped. */
    todo(todo: { failed: number; cancelled: number; name: string; bundled: boolean }): string;
    undelivered(user: string, name: string, reason: string): string;
    elsewhere(name: string, channel: string): string;
    /** In place of results, where an operator did not let it run. */
    declined(user: string, name: string, by: string): string;
  };

  readonly control: ControlWords;

  readonly batches: {
    listTitle(): string;
    ownTitle(): string;
    listEmpty(): string;
    line(entry: { id: string; name: string; state: string; link: string | undefined }): string;
    reading(): string;
    working(tally: Tally): string;
    waiting(tally: Tally, reason: PauseReason | undefined): string;
    writing(): string;
    done(tally: Tally): string;
    stopped(tally: Tally): string;
    refused(): string;
    openThread(): string;
    choose(): string;
    stopping(id: string): string;
    /** Before any row of it could be worked on. */
    stoppingUnread(id: string): string;
    started(name: string): string;
  };

  help(command: string): string;
  welcome(command: string): string;

  readonly button: {
    readonly stop: string;
    readonly stopLabel: (id: string) => string;
    readonly confirmTitle: string;
    readonly confirmText: string;
    readonly confirmYes: string;
    readonly confirmNo: string;
    readonly choosePlaceholder: string;
    readonly approve: string;
    readonly approveLabel: (id: string) => string;
    readonly decline: string;
    readonly declineLabel: (id: string) => string;
    readonly declineTitle: string;
    readonly declineText: string;
    readonly back: string;
    readonly retry: (rows: number) => string;
    readonly retryLabel: (id: string) => string;
    readonly purge: string;
    readonly purgeLabel: (id: string) => string;
  };
}
