/** Copies of backups in other regions, of whatever kind: what copy-backups sees, starts and tags. */
import { extraTagKeys, type Tags, tagKeys } from '../tags.ts';
import type { BackupKind, BackupState, StandingBackup } from './backup.ts';

/** A copy as it stands in the region that it went to: of one part, where the backup is a set. */
export interface StandingCopy {
  id: string;
  /** What its tag says that it is a copy of; see `copyRef`. */
  copyOf: string;
  state: BackupState;
  /** Why it failed, where AWS says so. */
  message: string | undefined;
  tags: Tags;
}

export interface NewCopy {
  original: StandingBackup;
  /** Which of the original's parts. */
  part: string;
  /** Counted from 1: an earlier one that failed still stands. */
  attempt: number;
  /** With the owner and copy-of tags: by them it is found if AWS's answer is lost. */
  tags: Tags;
  /** A key of the region that it goes to; left out, AWS's default one. */
  kmsKey: string | undefined;
}

/** The copies of some kinds of backups from the home region to any other. */
export interface CopyGateway {
  readonly kinds: readonly BackupKind[];
  /** True if an id may be that of one of these kinds. */
  mayHave(id: string): boolean;
  /** This owner's originals that say that a copy of them is awaited or has failed, in pages. */
  awaiting(owner: string): AsyncIterable<StandingBackup[]>;
  /** By the id asked for, whosever they are; a set comes whole, by its own id or one of its snapshots'. */
  byId(ids: readonly string[]): Promise<Map<string, StandingBackup>>;
  tag(original: StandingBackup, tags: Tags): Promise<void>;
  /** This owner's copies of these that stand in the region, failed ones too. */
  copiesIn(region: string, owner: string, originals: readonly StandingBackup[]): Promise<StandingCopy[]>;
  /** How many copies to the region AWS works on, anyone's of this account as far as they can be told. */
  underWay(region: string): Promise<number>;
  /** Starts one, or finds what an earlier attempt started. `detail`: what a person may want to know besides. */
  start(region: string, copy: NewCopy): Promise<{ id: string; detail?: string | undefined }>;
}

/**
 * Copies of EBS snapshots to a region, https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html,
 * and of RDS snapshots, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html
 */
export const mostUnderWay = 20;

/** `<region>/<id>`: what a copy's tag says of the original, or of the set's member, that it is a copy of. */
export const copyRef = ({ kind, region, id }: StandingBackup, part: string): string =>
  `${region}/${kind === 'set' ? part : id}`;

/** What a copy carries from its creation on: all that the original does, an expiry of its own, and what it is of. */
export function copyTags(original: StandingBackup, part: string, expires: Date): Tags {
  // AWS's own cannot be given, and what copies the original should have is not said of a copy.
  const lasting = Object.entries(original.tags).filter(
    ([key]) => !key.startsWith('aws:') && key !== extraTagKeys.copies,
  );
  return {
    ...Object.fromEntries(lasting),
    [tagKeys.expires]: expires.toISOString(),
    [extraTagKeys.copyOf]: copyRef(original, part),
  };
}
