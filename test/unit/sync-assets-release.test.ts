import { expect, it } from 'vitest';
import type { SyncRun } from '../../functions/sync-assets/clients.ts';
import { syncAssetsJob } from '../../functions/sync-assets/job.ts';
import { chooseRelease } from '../../functions/sync-assets/release.ts';
import { openFolder } from '../../functions/sync-assets/sources/open.ts';

it('says of a folder by S3’s clock when it was published, whatever the machine’s own', async () => {
  const at = new Date('2026-11-21T02:15:04.000Z');
  const run = {
    job: syncAssetsJob.parse({ site: 'www', bucket: 'www-site' }),
    startedAt: new Date('2026-12-24T18:00:00.000Z'),
  } as SyncRun;
  const local = { name: 'dist', open: (prefix: string) => openFolder('.', prefix) };
  const chosen = await chooseRelease({ at, manifest: undefined, staleLock: undefined }, run, local);
  expect(chosen).toMatchObject({ kind: 'publish', release: { uploadedAt: at.toISOString() } });
});
