// The whole list of bad input, one table an area.

import { bundleCorpus } from './bundle-corpus.ts';
import { commandCorpus } from './command-corpus.ts';
import { configCorpus } from './config-corpus.ts';
import type { Entry } from './entry.ts';
import { linkCorpus } from './link-corpus.ts';
import { pictureCorpus } from './picture-corpus.ts';
import { promptCorpus } from './prompt-corpus.ts';
import { tableCorpus } from './table-corpus.ts';

/** How many numbers each area of the list has: tables, archives, pictures, links, commands, prompts and the
 *  configuration. */
export const sizes = { C: 31, Z: 23, I: 15, U: 21, S: 16, P: 12, K: 15 } as const;

export const corpus: readonly Entry[] = [
  ...tableCorpus,
  ...bundleCorpus,
  ...pictureCorpus,
  ...linkCorpus,
  ...promptCorpus,
  ...commandCorpus,
  ...configCorpus,
];
