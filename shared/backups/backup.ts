/** A backup as it stands in the account, of whatever kind: what expiry, copies and the ledger are about. */
import type { Tags } from '../tags.ts';

/** `set`: the snapshots of one instance's volumes, taken together; they live and die together. */
export const backupKinds = ['snapshot', 'set', 'image', 'db-snapshot', 'cluster-snapshot'] as const;

export type BackupKind = (typeof backupKinds)[number];

/** `other`: none of the three, such as one that is being restored from the archive: nothing is done to it. */
export type BackupState = 'pending' | 'completed' | 'error' | 'other';

/** Why a backup may not be deleted, however old it is. */
export type Obstacle =
  | 'locked'
  | 'archived'
  | 'aws-backup'
  | 'shared'
  | 'in-use-by-image'
  | 'in-use-by-instance'
  | 'in-use-by-launch-template'
  | 'in-use-by-auto-scaling-group'
  | 'use-unknown';

export interface StandingBackup {
  kind: BackupKind;
  region: string;
  /** What the ledger keeps as `resource`: `snap-…`, a set's id (`<owner>/<slot>/<instance>`), an image's name, a database snapshot's identifier. */
  id: string;
  /** `vol-…`, `i-…`, `db:…`, `cluster:…`; undefined if nothing but a tag says so, since tags travel. */
  source: string | undefined;
  /** A set is completed when all its members are there and completed; failed when one failed or is missing. */
  state: BackupState;
  startedAt: Date;
  tags: Tags;
  /** What AWS knows it by: a set's snapshots, an ARN or an id otherwise. */
  parts: readonly string[];
}

/** Backups of some kinds in one region, as every function sees, tags and deletes them. */
export interface BackupGateway {
  readonly kinds: readonly BackupKind[];
  readonly region: string;
  /** Every one that carries this owner's tag, in pages; a set comes once, whole. */
  own(owner: string): AsyncIterable<StandingBackup[]>;
  /** This owner's that carry one of these values in the tag, in pages. */
  ownWith(owner: string, tag: 'slot' | 'source', values: readonly string[]): AsyncIterable<StandingBackup[]>;
  /** Those with these ids, whosever they are; what certainly does not exist is not among them. */
  byId(ids: readonly string[]): Promise<Map<string, StandingBackup>>;
  /** Which of these sources exist. */
  living(sources: readonly string[]): Promise<Set<string>>;
  /**
   * By id, what forbids the deletion of these; looked up before it is tried. What could not be looked up is
   * `use-unknown`, or all of it an ObservationError.
   */
  obstacles(backups: readonly StandingBackup[]): Promise<Map<string, Obstacle>>;
  /**
   * Deletes it with all its parts; what is gone already is no error. `confirm` is called before each
   * attempt and throws if it is no longer to be deleted. Answers what a person may want to know.
   */
  delete(backup: StandingBackup, confirm: () => Promise<void>): Promise<string | undefined>;
  /** Adds or replaces tags on all its parts. */
  tag(backup: StandingBackup, tags: Tags): Promise<void>;
}
