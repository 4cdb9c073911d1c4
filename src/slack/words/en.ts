// What Darkroom says in English.

import { counted, groupDigits } from './count.ts';
import { englishBundle } from './en-bundle.ts';
import { englishControl } from './en-control.ts';
import { englishWarning } from './en-warnings.ts';
import type { PauseReason } from '../../batch/batch.ts';
import type { PauseTold, Tally, Words } from './words.ts';

const locale = 'en-US';

const number = (value: number): string => groupDigits(value, locale);
const rows = (count: number): string => `${number(count)} ${counted(count, 'row', 'rows')}`;
/** Without the comma before "and", as in British English. */
const list = (items: readonly string[]): string => new Intl.ListFormat('en-GB').format(items);

function tally({ total, done, failed, cancelled }: Tally): string {
  const parts = [`${number(done)} of ${rows(total)} done`];
  if (failed > 0) parts.push(`${number(failed)} failed`);
  if (cancelled > 0) parts.push(`${number(cancelled)} not worked on`);
  return parts.join(', ');
}

function doneSentence(user: string, name: string, { total, done, failed }: Tally): string {
  if (done === 0) {
    const failures = total === 1 ? 'its one row failed' : `all ${rows(total)} failed`;
    return `${user} *${name}* is finished, but ${failures}.`;
  }
  if (failed === 0) {
    return total === 1
      ? `${user} *${name}* is done: its one row succeeded.`
      : `${user} *${name}* is done: all ${rows(total)}.`;
  }
  return `${user} *${name}* is done: ${number(done)} of ${rows(total)}, ${number(failed)} failed.`;
}

function pausedSentence({ reason, since, by, said }: PauseTold): string {
  switch (reason) {
    case 'model-away':
      return `:hourglass_flowing_sand: Waiting since ${since}: the model server does not answer. Nothing is lost, and I go on by myself as soon as it is back.`;
    case 'model-misconfigured':
      return `:hourglass_flowing_sand: Waiting since ${since}: the model server refuses my requests. Please tell the person who looks after Darkroom. Nothing is lost, and I go on as soon as it is mended.`;
    case 'approval':
      return `:hourglass_flowing_sand: Waiting since ${since} for an operator of Darkroom: batches as large as this one run once they are approved. You need not do anything.`;
    case 'turn':
      return `:hourglass_flowing_sand: Waiting since ${since} for its turn: other batches of yours are running. This one begins by itself when one of them ends.`;
    case 'person':
      return `:double_vertical_bar: Paused since ${since}${by === undefined ? '' : ` by ${by}`}. Reply \`@darkroom resume\` in this thread to go on.`;
    case 'rejected':
      return `:double_vertical_bar: Paused since ${since}: the model server refuses the first rows, all of them alike${said === '' ? '' : `: “${said}”`}. None of them counts as failed. If they ask for too much (long texts or prompt, many or large pictures), stop this batch and drop the file again with less. Otherwise show this to the person who looks after Darkroom, and reply \`@darkroom resume\` here when it is mended.`;
  }
}

function waitingFor(reason: PauseReason | undefined): string {
  if (reason === 'approval') return 'waiting for an approval';
  if (reason === 'turn') return 'waiting for its turn';
  if (reason === 'rejected') return 'paused, the model server refuses its rows';
  return reason === 'person' ? 'paused' : 'waiting for the model server';
}

export const english: Words = {
  pictures: (count) => `${number(count)} ${counted(count, 'picture', 'pictures')}`,
  rows,
  rowNumbers: (lines, more) => {
    const numbers = lines.map(String);
    const named = more ? `${numbers.join(', ')} …` : list(numbers);
    return `${counted(lines.length, 'row', 'rows')} ${named}`;
  },

  progress: {
    reading: (name) => `*Reading ${name} …*`,
    working: (name) => `*Working on ${name}*`,
    waiting: (name) => `*${name} is waiting*`,
    held: (name) => `*${name} is paused*`,
    writing: (name) => `*${name}: writing the results file …*`,
    done: (name) => `*${name} is done*`,
    stopped: (name) => `*${name} was stopped*`,
    tally: (counts, left) => (left === undefined ? tally(counts) : `${tally(counts)}, ${left}`),
    timeLeft: (time) => `${time} left`,
    timeUnknown: () => 'how long it takes shows after the first rows',
    cached: (count) =>
      `${rows(count)} came from the cache: the same picture was asked the same before. To have ${counted(count, 'it', 'them')} asked again, write \`cache: off\` with the file.`,
    paused: pausedSentence,
    approved: (by) => `Approved by ${by}`,
    declined: (by) => `Declined by ${by}: nothing was worked on.`,
    gaveUp: (hours) => `Ended early: the model server could not be used for ${hours} h.`,
    offline: (from, to) => `I was offline from ${from} to ${to}. Nothing was lost.`,
    late: (dropped) => `I was offline when this was dropped (${dropped}), so I began late.`,
    footer: (id, ended) =>
      ended
        ? `Batch ${id}`
        : `Batch ${id} · reply \`@darkroom status\` or \`@darkroom stop\` in this thread`,
  },

  understood: {
    table: (count, columns) =>
      `${count}, pictures from the ${counted(columns.length, 'column', 'columns')} ${list(columns)}`,
    bundle: englishBundle,
    standard: (outputs, language) => `I write ${list(outputs)} in ${language}`,
    ownPrompt: (outputs, language) =>
      `I follow your prompt and write ${list(outputs)} in ${language}`,
    context: (columns) => `Besides the picture I read ${list(columns)}`,
    promptColumn: (column) => `A row with text in ${column} is asked that instead`,
    textUnused: () =>
      'The text of your message is not used as a prompt. To ask for something of your own, begin it with `prompt:`',
    cacheOff: () => 'Every row is asked anew (`cache: off`)',
    repeats: (count) =>
      `${rows(count)} ${counted(count, 'has', 'have')} the same picture as an earlier row`,
    withoutPicture: (count) =>
      `${rows(count)} without a picture; ${counted(count, 'it', 'they')} will be listed as failed`,
    faulty: (count) =>
      `${rows(count)} cannot be read as ${counted(count, 'it stands', 'they stand')}; the results file says why`,
    warning: englishWarning,
    languageName: (language) => (language === 'zh' ? 'Chinese' : 'English'),
  },

  failures: {
    title: (count) => `*${rows(count)} failed:*`,
    group: (group) =>
      `${number(group.rows)} × ${group.varied ? 'for example: ' : ''}${group.sentence} (${group.lines})`,
    moreCauses: (count) =>
      `${number(count)} more ${counted(count, 'cause', 'causes')}: see the results file`,
  },

  refusal: {
    title: (name) => `I cannot use *${name}*.`,
    batch: (id) => `batch ${id}`,
    alreadyRunning: (batch) =>
      `I am already working on this very file: ${batch}. You get its results there.`,
  },

  results: {
    done: doneSentence,
    stopped: ({ user, name, tally: counts, by }) =>
      `${user} *${name}* was stopped${by === undefined ? '' : ` by ${by}`}: ${tally(counts)}.`,
    gaveUp: ({ user, name, tally: counts, hours }) =>
      `${user} *${name}* has ended early: the model server could not be used for ${hours} h. ${tally(counts)}. Please tell the person who looks after Darkroom.`,
    soFar: ({ user, name, tally: counts, since }) =>
      `${user} the model server has been away since ${since}, so here is what *${name}* has so far: ${tally(counts)}. I go on by myself when it is back, and the whole file comes at the end.`,
    samples: () => '*The first answers:*',
    sample: (row) => `*Row ${row}*`,
    field: (name, value) => `_${name}:_ ${value}`,
    animated: (count) =>
      count === 1
        ? '1 picture was animated; I used its first frame.'
        : `${number(count)} pictures were animated; I used their first frame.`,
    todo: ({ failed, cancelled, name, bundled }) =>
      failed > 0
        ? `The ${rows(failed + cancelled)} without an answer ${counted(failed + cancelled, 'is', 'are')} also in ${name}: correct what failed and drop that file here again${bundled ? ', together with the pictures' : ''}.`
        : `The ${rows(cancelled)} not worked on ${counted(cancelled, 'is', 'are')} also in ${name}: to go on with ${counted(cancelled, 'it', 'them')}, drop that file here${bundled ? ', together with the pictures' : ''}.`,
    undelivered: (user, name, reason) =>
      `${user} the results of *${name}* are ready, but Slack does not take the file (${reason}). They are kept; please tell the person who looks after Darkroom. When Slack takes files again, drop yours once more: rows that have an answer are not asked again.`,
    elsewhere: (name, channel) =>
      `I can no longer write in ${channel}, so here are the results of *${name}*.`,
    declined: (user, name, by) =>
      `${user} *${name}* was not approved: ${by} declined it. Nothing was worked on. Talk to them, or drop a smaller file.`,
  },

  control: englishControl,

  batches: {
    listTitle: () => '*Batches in this channel, the newest first:*',
    ownTitle: () => '*Your batches that are not finished yet:*',
    listEmpty: () =>
      'There is no batch in this channel yet. Drop a CSV with image links or a zip of pictures, and I begin.',
    line: ({ id, name, state, link }) =>
      `*${id}* · ${name} · ${state}${link === undefined ? '' : ` · ${link}`}`,
    reading: () => 'reading the file',
    working: (counts) => `working: ${tally(counts)}`,
    waiting: (counts, reason) => `${waitingFor(reason)}: ${tally(counts)}`,
    writing: () => 'writing the results file',
    done: (counts) => `finished: ${tally(counts)}`,
    stopped: (counts) => `stopped: ${tally(counts)}`,
    refused: () => 'could not be used',
    openThread: () => 'open the thread',
    choose: () => 'You have several batches here. Which one shall I stop?',
    stoppingUnread: (id) =>
      `Batch ${id} is stopped. Its file was still being read, so nothing was worked on.`,
    stopping: (id) =>
      `Batch ${id} is being stopped. What is finished comes as a file in its thread.`,
    started: (name) => `I begin with *${name}* and answer in the thread of that message.`,
  },

  help: (command) =>
    [
      '*What I can do*',
      'Drop a CSV with a column of image links, or a zip of pictures, and I write product texts for every row. Progress and the results file come in the thread.',
      'A CSV dropped together with a zip says which row has which picture. For loose pictures mention me, or send them to me directly.',
      `\`${command} list\` shows the batches of this channel`,
      `\`${command} status 142\` shows how far a batch is`,
      `\`${command} cancel 142\` stops a batch and delivers what is finished`,
      `\`${command} pause 142\` and \`${command} resume 142\` hold a batch up and let it go on`,
      `\`${command} purge 142\` deletes a batch and its results`,
      'In a thread the same: `@darkroom status`, `@darkroom stop`, or `@darkroom run` to begin with the file above',
      'For an older file: open the menu of its message and choose "Run a batch".',
      'To ask for something of your own, begin your message with `prompt:`, for example `prompt: Describe the {{name}} in two sentences.`',
    ].join('\n'),

  welcome: (command) =>
    [
      'Hello! Drop a CSV with a column of image links, or a zip of pictures, here, and I write product texts for every row.',
      'I answer in the thread of your file: how far I am, and a results file at the end.',
      `\`${command} help\` shows what else I can do.`,
    ].join('\n'),

  button: {
    stop: 'Stop',
    stopLabel: (id) => `Stop batch ${id}`,
    confirmTitle: 'Stop this batch?',
    confirmText: 'You get what is finished as a file. The other rows are not worked on.',
    confirmYes: 'Stop it',
    confirmNo: 'Keep going',
    choosePlaceholder: 'Choose a batch',
    approve: 'Approve',
    approveLabel: (id) => `Approve batch ${id}`,
    decline: 'Decline',
    declineLabel: (id) => `Decline batch ${id}`,
    declineTitle: 'Decline this batch?',
    declineText: 'It does not run, and the person who dropped the file is told.',
    back: 'Go back',
    retry: (count) => `Retry ${rows(count)}`,
    retryLabel: (id) => `Retry the unfinished rows of batch ${id}`,
    purge: 'Delete it',
    purgeLabel: (id) => `Delete batch ${id}`,
  },
};
