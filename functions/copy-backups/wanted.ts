/** Which copies a backup should have, by its tags and by the job. */

import type { StandingBackup } from '../../shared/backups/backup.ts';
import { type CopyState, copiesIn } from '../../shared/backups/backup-tags.ts';
import { rowOf } from '../../shared/ledger/rows.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import type { CopyBackupsJob } from './job.ts';

export interface CopyOrder {
  owner: string;
  now: Date;
  copies: CopyBackupsJob['copies'];
  /** The backups were named, by a person or by their completion: those without a tag are meant, too. */
  named: boolean;
  maxActions: number | undefined;
}

/** Why nothing is copied of a backup, wherever to. */
export type Unfit =
  | 'not-ours'
  | 'other-source'
  | 'is-a-copy'
  | 'part-of-image'
  | 'unreadable-tags'
  | 'not-completed'
  | 'backup-failed';

/** Why nothing is done of a copy to one region. */
export type Settled = 'copied' | 'copy-failed' | 'not-planned' | 'tier-not-copied';

/** The regions that its tag names and, if it was named itself, those that the job has for it. */
export function regionsOf(original: StandingBackup, { named, copies }: CopyOrder): string[] {
  const planned = copies.filter(({ backup }) => backup === original.tags[tagKeys.plan]);
  return [...new Set([...statesOf(original).keys(), ...(named ? planned : []).map(({ region }) => region)])];
}

/** The regions in which this original's copies must be looked at. */
export function regionsToLookAt(original: StandingBackup, order: CopyOrder): string[] {
  if (reasonUnfit(original, order)) return [];
  return regionsOf(original, order).filter((region) => !('reason' in goalOf(original, region, order)));
}

export function reasonUnfit(original: StandingBackup, { owner }: CopyOrder): Unfit | undefined {
  const { source, state, tags } = original;
  if (tags[tagKeys.owner] !== owner) return 'not-ours';
  if (tags[extraTagKeys.image] !== undefined) return 'part-of-image';
  if (tags[extraTagKeys.copyOf] !== undefined) return 'is-a-copy';
  if (source === undefined) return 'other-source';
  if (!rowOf(original) || !copiesIn(tags[extraTagKeys.copies])) return 'unreadable-tags';
  if (state === 'error') return 'backup-failed';
  return state === 'completed' ? undefined : 'not-completed';
}

/** By region, what its tag says. */
export const statesOf = ({ tags }: StandingBackup): Map<string, CopyState> =>
  copiesIn(tags[extraTagKeys.copies]) ?? new Map();

/** A copy that is to be: undefined state if only its being named says so. */
export interface Goal {
  state: CopyState | undefined;
  keep: string;
  kmsKey: string | undefined;
}

/** Whether the copy is to be looked after, and how; or why not. */
export function goalOf(
  original: StandingBackup,
  region: string,
  order: CopyOrder,
): Goal | { reason: Settled } {
  const state = statesOf(original).get(region);
  if (state === 'done') return { reason: 'copied' };
  // A person who names it has mended what it failed for.
  if (state === 'failed' && !order.named) return { reason: 'copy-failed' };
  const { tags } = original;
  const planned = order.copies.find((copy) => copy.backup === tags[tagKeys.plan] && copy.region === region);
  if (!planned) return { reason: 'not-planned' };
  const tier = tags[tagKeys.tier] ?? '';
  const keep = Object.hasOwn(planned.keep, tier) ? planned.keep[tier] : undefined;
  return keep === undefined ? { reason: 'tier-not-copied' } : { state, keep, kmsKey: planned.kmsKey };
}
