// The safeguards that can be switched off in a bot, each with the scenario that must then fail.

import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

export interface Safeguard {
  /** For `--only`. */
  readonly name: string;
  /** In the table. */
  readonly what: string;
  /** The scenario that must fail without it. */
  readonly scenario: string;
  /** What the scenario must then complain of; it may be broken for another reason already. */
  readonly complaint: RegExp;
  /** The end of the path of the file that holds it, and what to change there. */
  readonly file: string;
  readonly text: RegExp;
  readonly by: string;
}

export const edits: readonly Safeguard[] = [
  {
    name: 'without-lease-check',
    what: 'a commit needs the current lease',
    scenario: 'sigstop',
    complaint: /counted anew|no results were posted|do not add up|rows are open/u,
    file: '/queue/scripts/commit.lua',
    text: /^if .*\bthen return \{ 'refused'.*\bend$/mu,
    by: '',
  },
  {
    name: 'without-dedupe',
    what: 'a drop that is known makes no second batch',
    scenario: 'slack-duplicates',
    complaint: /one drop made \d+ batches/u,
    file: '/queue/scripts/record-drop.lua',
    text: /^local id = redis\.call\('GET', known\)$/mu,
    by: 'local id = false',
  },
  {
    name: 'without-reconciler',
    what: "the gate's sums are mended",
    scenario: 'redis-lost-replies',
    complaint: /the gate's sum is/u,
    file: '/queue/scripts/gate-reconcile.lua',
    text: /^[^]*$/u,
    by: 'return { 0, 0 }',
  },
  {
    name: 'without-upload-ledger',
    what: 'Slack is asked for the files before they are sent again',
    scenario: 'upload-troubles',
    complaint: /came twice/u,
    file: '/slack/posts/upload.ts',
    text: /record\?\.stage === 'bytes_sent'/u,
    by: 'false',
  },
];

/** Settings with which a bot runs without this safeguard. */
export function buildSettingsWithout({ name }: Safeguard): Readonly<Record<string, string>> {
  const program = pathToFileURL(join(import.meta.dirname, 'disarm-program.ts')).href;
  return { CHAOS_WITHOUT: name, NODE_OPTIONS: `--import=${program}` };
}
