/** What the sandbox remembers of the account beside moto, which has no clock and no slow states. */
import type { SlowSnapshots, VolumeState } from '../types.ts';

interface SnapshotRecord {
  region: string;
  startTime: Date;
  completesAt: Date;
  endState: 'completed' | 'error';
}

export interface ImageMapping {
  deviceName: string;
  snapshotId: string;
}

export class Account {
  #time: Date | undefined;
  slowSnapshots: SlowSnapshots = { pendingSeconds: 0 };
  /** Refuses a second snapshot of a volume within 15 s of the account's time. */
  enforcesSnapshotRate = false;
  /** By volume: when its last snapshot was taken. */
  readonly lastSnapshot = new Map<string, Date>();
  readonly snapshots = new Map<string, SnapshotRecord>();
  /** Deleted while pending, by id: it takes effect when they are pending no longer. */
  readonly doomedSnapshots = new Set<string>();
  /** Moto makes one for every image, whatever the image was registered from. */
  readonly hiddenSnapshots = new Set<string>();
  readonly volumeStates = new Map<string, VolumeState>();
  /** Volumes and images. */
  readonly createdAt = new Map<string, Date>();
  readonly imageMappings = new Map<string, ImageMapping[]>();
  readonly disabledImages = new Set<string>();

  now(): Date {
    return this.#time ?? new Date();
  }

  setTime(now: Date | undefined): void {
    this.#time = now;
  }

  recordSnapshot(id: string, region: string): void {
    const { pendingSeconds, endState = 'completed' } = this.slowSnapshots;
    const startTime = this.now();
    this.snapshots.set(id, { region, startTime, completesAt: later(startTime, pendingSeconds), endState });
  }

  /** Undefined if the snapshot was not made through the sandbox: it is then as moto says. */
  snapshotState(id: string): 'pending' | 'completed' | 'error' | undefined {
    const record = this.snapshots.get(id);
    if (record === undefined) return undefined;
    return this.now() < record.completesAt ? 'pending' : record.endState;
  }

  imageUsing(snapshotId: string): string | undefined {
    for (const [image, mappings] of this.imageMappings) {
      if (mappings.some((mapping) => mapping.snapshotId === snapshotId)) return image;
    }
    return undefined;
  }
}

const later = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);
