// Letting batches run, pausing and forgetting them, said in English.

import { counted, groupDigits } from './count.ts';
import type { StoreTrouble } from '../../batch/store-trouble.ts';
import type { ControlWords } from './words.ts';

const storeTroubles: Readonly<Record<StoreTrouble, string>> = {
  away: 'my store (Redis) cannot be reached.',
  full: 'my store (Redis) is full. The person who looks after Darkroom has to make room.',
  refuses:
    'my store (Redis) takes no changes. The person who looks after Darkroom has to see to it.',
};

export const englishControl: ControlWords = {
  wanted: ({ id, name, user, rows, time }) => {
    const size = `${groupDigits(rows, 'en-US')} ${counted(rows, 'row', 'rows')}`;
    const work = time === undefined ? size : `${size}, ${time} of work`;
    return `Batch *${id}* (${name}) of ${user} waits for an approval: ${work}.`;
  },
  ask: (operators) => `${operators.join(' ')} please approve or decline it.`,
  nobody: () =>
    'Nobody can approve it yet: no operator is named. Ask the person who looks after Darkroom to set `OPERATORS` to the Slack user ids of those who may.',
  approvedBy: (by) => `:white_check_mark: Approved by ${by}.`,
  declinedBy: (by) => `:x: Declined by ${by}.`,
  stoppedBy: (by) => `:octagonal_sign: Stopped by ${by} before it ran.`,
  paused: (id, command) =>
    `Batch ${id} is paused. Rows that are already at the model server still come to their end; \`${command} resume ${id}\` goes on with the others.`,
  resumed: (id) => `Batch ${id} goes on.`,
  approved: (id) => `Batch ${id} is approved.`,
  rejected: (user, name) =>
    `${user} *${name}* is paused until somebody looks at it: the model server refuses its rows. My message above says what it objects to and what helps.`,
  outageBegan: ({ since, refuses, batches, rows }) => {
    const trouble = refuses
      ? 'the model server refuses all requests (check `VLLM_URL`, `VLLM_MODEL`, `VLLM_API_KEY`)'
      : 'no model server answers';
    const size = `${groupDigits(batches, 'en-US')} ${counted(batches, 'batch', 'batches')} with ${groupDigits(rows, 'en-US')} ${counted(rows, 'row', 'rows')}`;
    const waiting =
      batches === 0 ? 'No batch waits for it yet' : `${size} ${counted(batches, 'waits', 'wait')}`;
    return `:warning: Since ${since} ${trouble}. ${waiting}; nothing is lost, and everything goes on by itself when it is back.`;
  },
  outageEnded: (duration) =>
    `:white_check_mark: The model server answers again, after ${duration}. The batches go on.`,
  lost: (user, name) =>
    `${user} I have lost what I knew of *${name}*: my store (Redis) was emptied or came back without its data. I cannot finish it, and answers that were not delivered yet are gone; sorry. Please drop the file again.`,
  lostTitle: (name) => `*${name} was lost*: please drop the file again.`,
  storeTrouble: (trouble, since) =>
    `:hourglass_flowing_sand: Waiting since ${since}: ${storeTroubles[trouble]} Nothing is lost, and I go on by myself as soon as it serves again.`,
  diskFull: (since) =>
    `:hourglass_flowing_sand: Since ${since} the disk of the machine that I run on is full. The person who looks after Darkroom has to make room. Nothing is lost, and I go on by myself then.`,
  stuck: (id, since) =>
    `:warning: What is done is kept, but since ${since} something goes wrong inside Darkroom when I write or send the results; sorry. I try again every 10 minutes. Please give the person who looks after Darkroom the number of this batch, ${id}.`,
  endedStuck: (id) => `Batch ${id} is ended without its results file. Please drop the file again.`,
  unwritten: () =>
    ':warning: Something went wrong inside Darkroom when I wrote or sent its results file, so there is none; sorry. Please drop the file again: I still have most of its answers.',
  rechecking: (rows) =>
    `:warning: An internal check failed; ${groupDigits(rows, 'en-US')} ${counted(rows, 'row is', 'rows are')} being worked on again. You need not do anything.`,
  retried: (as, by) => `Retried by ${by} as batch ${as}, below.`,
  retryOf: (id) =>
    `The unfinished rows of batch ${id} once more; what it had done is carried over, and the results file has all rows.`,
  retryHint: () =>
    'To have them worked on once more as they are, press *Retry* at my progress message above.',
  purgeQuestion: (id, name) =>
    `Shall I delete everything that I keep of batch *${id}* (${name}), and what I posted about it: results files, first answers, progress? The dropped file itself stays in Slack. This cannot be undone.`,
  purged: (id, kept) =>
    kept
      ? `Batch ${id} is deleted from Darkroom, but Slack did not let me delete all of my messages and files in its thread. Please delete the rest there. The dropped file stays in Slack too.`
      : `Batch ${id} is deleted, and what I posted about it. The dropped file itself stays in Slack.`,
  purgedNotice: (id, by) => `Batch ${id} was deleted by ${by}, with its results.`,
};
