// What keeps the same from running twice at the same time: a batch that runs holds the fingerprint of what
// was asked for.

import { createHash } from 'node:crypto';
import type { Batch, Drop } from '../batch/batch.ts';
import type { Recipe } from '../batch/recipe.ts';
import type { SortedFile } from '../batch/spooled-file.ts';
import { fail } from '../errors.ts';
import type { Ledger } from './ports.ts';

export interface FingerprintNeeds {
  readonly ledger: Pick<Ledger, 'claimFingerprint'>;
  /** Something that a person can follow to another batch. */
  linkTo(batchId: string): Promise<string>;
}

interface Asked {
  readonly fileHash: string;
  readonly recipe: Recipe;
  readonly grouping: boolean;
}

/** One file's own hash; several files' hashes, hashed in their order. */
export function toFileHash(files: readonly Pick<SortedFile, 'hash'>[]): string {
  const [first, ...others] = files.map(({ hash }) => hash);
  return first === undefined || others.length > 0 ? toSha256(files.map(({ hash }) => hash)) : first;
}

/** The same person, files and recipe: dropped twice by mistake, most likely. */
export function toFingerprint(
  { team, user }: Pick<Drop, 'team' | 'user'>,
  { fileHash, recipe, grouping }: Asked,
): string {
  const own = grouping ? [] : ['group: off'];
  return toSha256([team, user, fileHash, JSON.stringify(recipe), ...own]);
}

/** Throws UserError where another batch that has not ended holds it. May be claimed again by the same one. */
export async function claimFingerprint(
  { id }: Pick<Batch, 'id'>,
  fingerprint: string,
  { ledger, linkTo }: FingerprintNeeds,
): Promise<void> {
  const other = await ledger.claimFingerprint(id, fingerprint);
  if (other === undefined || other === id) return;
  fail('E_ALREADY_RUNNING', { id: other, link: await linkTo(other) });
}

function toSha256(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
