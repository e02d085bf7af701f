/** Why a backup stands, and what would block its deletion when its time comes: for people to read. */
import type { Obstacle, StandingBackup } from '../../shared/backups/backup.ts';
import { expiryIn } from '../../shared/ledger/rows.ts';
import { tagKeys } from '../../shared/tags.ts';
import {
  type Account,
  type KeepReason,
  reasonOfSource,
  reasonToKeep,
  type Seen,
  type SourceStanding,
} from './decide.ts';

type Reason = KeepReason | Obstacle;

export interface Explanation {
  reason: Reason | 'past-retention';
  /** What would keep it, were its time come, as far as can be told now. */
  blockedBy: Reason | undefined;
}

export interface SeenToExplain {
  backup: StandingBackup;
  standing?: SourceStanding;
  floors?: Seen['floors'];
  obstacle?: Obstacle | undefined;
}

export function explanationOf(seen: SeenToExplain, account: Account): Explanation {
  const now = reasonAt(seen, account);
  if (now !== 'not-due') return { reason: now ?? 'past-retention', blockedBy: now };
  const death = expiryIn(seen.backup.tags[tagKeys.expires]) ?? account.now;
  // How many others will be due with it cannot be told now.
  return { reason: now, blockedBy: reasonAt(seen, { ...account, now: death, maxDeleteShare: 1 }) };
}

function reasonAt(
  { backup, standing, floors = [], obstacle }: SeenToExplain,
  account: Account,
): Reason | undefined {
  return reasonToKeep(backup, account) ?? reasonOfSource(backup, standing, floors, account) ?? obstacle;
}

const because: Readonly<Record<Exclude<Reason, 'not-due'>, string>> = {
  'not-ours': 'it lacks our owner tag',
  'no-expiry': 'its expiry tag holds no time that can be read',
  'not-settled': 'it is still being made, or restored from the archive',
  'other-source': 'only its tags say what it is a backup of, and tags travel',
  'part-of-backup': 'it is a part of a set or an image, and goes with that',
  'copy-awaited': 'a copy of it is awaited in another region',
  'last-completed': 'it is the newest completed backup of its source',
  'last-of-gone-source': 'its source is gone, and it is one of the last backups of it',
  'no-completed-backup': 'there is no completed backup of its source',
  'floor-changed': 'what else stands of its source could not be seen',
  'delete-share': 'too many backups of its source are due at once',
  locked: 'it is locked',
  archived: 'it is in the archive',
  'aws-backup': 'it belongs to AWS Backup',
  shared: 'it is shared with other accounts',
  'in-use-by-image': 'an image stands on it',
  'in-use-by-instance': 'an instance was started from it',
  'in-use-by-launch-template': 'a launch template names it',
  'in-use-by-auto-scaling-group': 'an Auto Scaling group uses it',
  'use-unknown': 'it could not be looked up whether anything uses it',
};

/** `daily backup of vol-1; due 2026-11-28T02:15:04.120Z, unless blocked: an image stands on it` */
export function textOf(backup: StandingBackup, { reason, blockedBy }: Explanation): string {
  const { kind, region, tags } = backup;
  const tier = tags[tagKeys.tier] ?? 'unknown tier';
  const what = `${tier} ${kind} of ${tags[tagKeys.source] ?? 'an unknown source'} in ${region}`;
  return `${what}; ${fateOf(tags[tagKeys.expires], reason, blockedBy)}`;
}

function fateOf(expires = 'never', reason: Explanation['reason'], blockedBy: Reason | undefined): string {
  const obstacle = blockedBy === undefined || blockedBy === 'not-due' ? undefined : because[blockedBy];
  if (reason !== 'not-due') {
    return obstacle
      ? `past its time since ${expires}, and kept: ${obstacle}`
      : `past its time since ${expires}: the next run deletes it`;
  }
  return obstacle
    ? `due ${expires}; as things stand it would be kept then: ${obstacle}`
    : `due ${expires}; nothing would keep it then`;
}
