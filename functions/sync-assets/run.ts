/** Makes a site's bucket hold exactly a release. See docs/sync-assets.md. */
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { announce } from './announce.ts';
import type { SyncClients } from './clients.ts';
import { expectSource, type SyncAssetsJob, syncAssetsJob } from './job.ts';
import { narrow } from './narrow.ts';
import { publish } from './publish.ts';

export const syncAssets: AutomationFunction<SyncAssetsJob, SyncClients> = {
  name: 'sync-assets',
  job: syncAssetsJob,
  narrow,
  run: async (run) => {
    expectSource(run.job);
    await publish(run, { announce });
  },
};
