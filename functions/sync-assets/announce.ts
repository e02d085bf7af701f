/** Says what a run changed, for those who keep copies of it: the CDN. */
import { putEvent } from '../../shared/aws/event-bridge.ts';
import { type Synced, syncedDetailType, syncedSource } from '../../shared/sites/synced.ts';
import type { SyncRun } from './clients.ts';

/** Sent again if its answer was lost: who hears it knows by `publication` that it is the same. */
export async function announce({ aws, owner }: SyncRun, synced: Omit<Synced, 'owner'>): Promise<void> {
  const detail: Synced = { owner, ...synced };
  await putEvent(aws, { source: syncedSource, detailType: syncedDetailType, detail });
}
