/** Says what a run changed, for those who keep copies of it: the CDN. */
import { putEvent } from '../../shared/aws/event-bridge.ts';
import { type Synced, syncedDetailType, syncedSource } from '../../shared/sites/synced.ts';
import type { SyncRun } from './clients.ts';

/** By hand its code, the SDK's, is loaded only if there is something to say. */
export type Announce = (run: SyncRun, synced: Omit<Synced, 'owner'>) => Promise<void>;

/** Sent again if its answer was lost: who hears it knows by `publication` that it is the same. */
export const announce: Announce = async ({ aws, owner }, synced) => {
  const detail: Synced = { owner, ...synced };
  await putEvent(aws, { source: syncedSource, detailType: syncedDetailType, detail });
};
