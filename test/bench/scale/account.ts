/** The large account, the same in every process that asks for it. */
export interface AccountSeed {
  owner: string;
  /** Milliseconds since 1970. */
  now: number;
  volumes: number;
  snapshotsPerVolume: number;
  /** How many of each volume's snapshots are past their time: the oldest. */
  duePerVolume: number;
  images: number;
}

export interface SeededBackup {
  source: string;
  startedAt: Date;
  slot: string;
  expires: string;
  resource: string;
}

export const volumeIdOf = (index: number): string => `vol-${index.toString(16).padStart(17, '0')}`;
export const snapshotIdOf = (index: number): string => `snap-${index.toString(16).padStart(17, '0')}`;

export function* backupsOf({
  now,
  volumes,
  snapshotsPerVolume,
  duePerVolume,
}: AccountSeed): Generator<SeededBackup> {
  for (let volume = 0; volume < volumes; volume += 1) {
    for (let n = 0; n < snapshotsPerVolume; n += 1) {
      const startedAt = new Date(now - (snapshotsPerVolume - n) * 3_600_000);
      // The others become due long after the last run has ended.
      const minutes = n < duePerVolume ? n - duePerVolume : (n + 1) * 1_440;
      yield {
        source: volumeIdOf(volume),
        startedAt,
        slot: `data/hourly/${startedAt.toISOString().slice(0, 19)}Z`,
        expires: new Date(now + minutes * 60_000).toISOString(),
        resource: snapshotIdOf(volume * snapshotsPerVolume + n),
      };
    }
  }
}
