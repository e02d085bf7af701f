/** When a volume may have its snapshot taken. */
import type { Account } from './account.ts';
import { Refusal } from './operation.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html: SnapshotCreationPerVolumeRateExceeded */
const secondsBetweenSnapshots = 15;

/** Refuses, or notes that these have theirs taken now; answers what takes that back. */
export function takeTurn(account: Account, volumes: readonly string[]): () => void {
  for (const volume of volumes) {
    refuseByState(account, volume);
    refuseByRate(account, volume);
  }
  const before = volumes.map((volume) => [volume, account.lastSnapshot.get(volume)] as const);
  // At once, since another call may be under way.
  for (const volume of volumes) account.lastSnapshot.set(volume, account.now());
  return () => {
    for (const [volume, time] of before) {
      if (time === undefined) account.lastSnapshot.delete(volume);
      else account.lastSnapshot.set(volume, time);
    }
  };
}

/** The codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, IncorrectState */
function refuseByState(account: Account, volumeId: string): void {
  const state = account.volumeStates.get(volumeId);
  if (state === undefined) return;
  throw new Refusal(
    'IncorrectState',
    `Snapshot cannot be created while volume '${volumeId}' is in the '${state}' state.`,
  );
}

function refuseByRate(account: Account, volumeId: string): void {
  const before = account.lastSnapshot.get(volumeId);
  if (!account.enforcesSnapshotRate || before === undefined) return;
  if (account.now().getTime() - before.getTime() >= secondsBetweenSnapshots * 1000) return;
  throw new Refusal(
    'SnapshotCreationPerVolumeRateExceeded',
    'The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.',
  );
}
