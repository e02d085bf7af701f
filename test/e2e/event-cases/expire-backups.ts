import { expect } from 'vitest';
import type { Cases, Setting } from './setting.ts';

/** A backup of `volume` that is past its time, beside one that is not. */
async function seedDueBackup({ sandbox, account, start }: Setting): Promise<void> {
  const job = { backup: 'data', volumes: { tags: { Backup: ['data'] } } };
  sandbox.setTime(new Date(Date.now() - 48 * 3_600_000));
  await start('take-snapshots', { ...job, keep: '1 month' });
  sandbox.setTime(new Date());
  const [snapshot] = await account.snapshots();
  const past = { 'groundskeeper:expires': new Date(Date.now() - 3_600_000).toISOString() };
  await sandbox.addSystemTags(snapshot?.id ?? '', past);
  await start('reconcile-ledger', {});
  await start('take-snapshots', { ...job, keep: '1 month', tier: 'newer' });
}

export const expireBackupsCases: Cases = {
  'expire-backups.hourly.json': async (setting) => {
    await seedDueBackup(setting);
    expect(await setting.run('expire-backups.hourly.json')).toMatchObject({ summary: { done: 1 } });
    expect(await setting.account.snapshots()).toEqual([expect.objectContaining({ tier: 'newer' })]);
  },
  'expire-backups.dry-run.json': async (setting) => {
    await seedDueBackup(setting);
    expect(await setting.run('expire-backups.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { withheld: 1 },
    });
    expect(await setting.account.snapshots()).toHaveLength(2);
  },
  'expire-backups.explain.json': async (setting) => {
    await seedDueBackup(setting);
    expect(await setting.run('expire-backups.explain.json')).toMatchObject({
      summary: { kept: 2, done: 0 },
      outcomes: expect.arrayContaining([
        expect.objectContaining({ reason: 'past-retention' }),
        expect.objectContaining({
          reason: 'not-due',
          detail: expect.stringMatching(/newer snapshot .* the newest completed backup of its source$/),
        }),
      ]),
    });
    expect(await setting.account.snapshots()).toHaveLength(2);
  },
  'expire-backups.release-source.json': async (setting) => {
    const { account, volume, run, sample, start } = setting;
    await seedDueBackup(setting);
    // It names a volume that this account does not have: nothing else is touched.
    expect(await run('expire-backups.release-source.json')).toMatchObject({ summary: { done: 0 } });
    expect(await account.snapshots()).toHaveLength(2);
    const here = { ...(sample('expire-backups.release-source.json') as object), sources: [volume] };
    expect(await start('expire-backups', here)).toMatchObject({ summary: { done: 1 } });
  },
};
