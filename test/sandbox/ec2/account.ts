/** What the sandbox remembers of the account beside moto, which has no clock and no slow states. */

import type { SlowSnapshots, SnapshotReturnCode, VolumeState } from '../types.ts';
import { InstanceStates } from './instance-states.ts';

/** Moto's only account. */
export const accountId = '123456789012';

interface SnapshotRecord {
  region: string;
  startTime: Date;
  completesAt: Date;
  endState: 'completed' | 'error';
  /** What a copy has of its own. */
  copy?: SnapshotCopy;
}

export interface SnapshotCopy {
  encrypted: boolean;
  kmsKeyId: string | undefined;
  /** Why it fails in the end. */
  failure: string | undefined;
}

export interface SnapshotLock {
  mode: 'compliance' | 'governance';
  createdOn: Date;
  expiresOn: Date;
}

export interface ImageMapping {
  deviceName: string;
  snapshotId: string;
}

export class Account {
  #time: Date | undefined;
  slowSnapshots: SlowSnapshots = { pendingSeconds: 0 };
  /** Undefined: copies are as slow as other snapshots. */
  slowCopies: SlowSnapshots | undefined;
  /** Snapshots of these end in error. */
  readonly failingVolumes = new Set<string>();
  /** Copies that are to be encrypted with these end in error. */
  readonly failingKeys = new Set<string>();
  /** Refuses a second snapshot of a volume within 15 s of the account's time. */
  enforcesSnapshotRate = false;
  /** By volume: when its last snapshot was taken. */
  readonly lastSnapshot = new Map<string, Date>();
  readonly snapshots = new Map<string, SnapshotRecord>();
  /** Deleted while pending, by id: it takes effect when they are pending no longer. */
  readonly doomedSnapshots = new Set<string>();
  readonly locks = new Map<string, SnapshotLock>();
  readonly archivedSnapshots = new Set<string>();
  readonly instanceStates = new InstanceStates(() => this.now());
  readonly volumeStates = new Map<string, VolumeState>();
  /** Volumes and images. */
  readonly createdAt = new Map<string, Date>();
  readonly imageMappings = new Map<string, ImageMapping[]>();
  readonly disabledImages = new Set<string>();
  /** By snapshot: what its deletion with an image is told to answer, instead of being done. */
  readonly deregisterResults = new Map<string, SnapshotReturnCode>();

  now(): Date {
    return this.#time ?? new Date();
  }

  /** It stands still until it is set again. */
  get isSet(): boolean {
    return this.#time !== undefined;
  }

  setTime(now: Date | undefined): void {
    this.#time = now;
  }

  /** The snapshots that one call made of these volumes: if one of them fails, all do. */
  recordSnapshots(ids: readonly string[], region: string, volumes: readonly string[]): void {
    const fails = volumes.some((volume) => this.failingVolumes.has(volume));
    const rule = fails ? { ...this.slowSnapshots, endState: 'error' as const } : this.slowSnapshots;
    for (const id of ids) this.snapshots.set(id, this.#record(region, rule));
  }

  recordCopy(id: string, region: string, copy: SnapshotCopy): void {
    const rule = this.slowCopies ?? this.slowSnapshots;
    const ends = copy.failure === undefined ? rule : { ...rule, endState: 'error' as const };
    this.snapshots.set(id, { ...this.#record(region, ends), copy });
  }

  #record(region: string, { pendingSeconds, endState = 'completed' }: SlowSnapshots): SnapshotRecord {
    const startTime = this.now();
    return { region, startTime, completesAt: later(startTime, pendingSeconds), endState };
  }

  /** Undefined if the snapshot was not made through the sandbox: it is then as moto says. */
  snapshotState(id: string): 'pending' | 'completed' | 'error' | undefined {
    const record = this.snapshots.get(id);
    if (record === undefined) return undefined;
    return this.now() < record.completesAt ? 'pending' : record.endState;
  }

  forgetSnapshot(id: string): void {
    this.snapshots.delete(id);
    this.locks.delete(id);
    this.archivedSnapshots.delete(id);
  }

  copiesUnderWay(region: string): number {
    const copies = [...this.snapshots].filter(([, record]) => record.copy && record.region === region);
    return copies.filter(([id]) => this.snapshotState(id) === 'pending').length;
  }

  imageUsing(snapshotId: string): string | undefined {
    for (const [image, mappings] of this.imageMappings) {
      if (mappings.some((mapping) => mapping.snapshotId === snapshotId)) return image;
    }
    return undefined;
  }
}

export const later = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);
