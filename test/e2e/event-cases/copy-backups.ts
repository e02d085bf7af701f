import { DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { access } from '../account.ts';
import type { Cases, Setting } from './setting.ts';

const there = 'eu-west-3';

/** A completed daily backup that is to be copied; answers its id. */
async function seedBackup({ account, sample, start }: Setting): Promise<string> {
  await start('take-snapshots', { ...(sample('take-snapshots.daily.json') as object), copies: [there] });
  const [snapshot] = await account.snapshots();
  return snapshot?.id ?? '';
}

async function copiesThere({ sandbox }: Setting): Promise<Record<string, string>[]> {
  const ec2 = new EC2Client({ ...access, region: there, endpoint: sandbox.url });
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  return Snapshots.map(({ Tags = [] }) =>
    Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
  );
}

const withId = (payload: unknown, id: string): unknown =>
  JSON.parse(JSON.stringify(payload).replaceAll('snap-0123456789abcdef0', id));

export const copyBackupsCases: Cases = {
  'copy-backups.every-ten-minutes.json': async (setting) => {
    const id = await seedBackup(setting);
    const started = await setting.run('copy-backups.every-ten-minutes.json');
    expect(started.outcomes).toEqual([expect.objectContaining({ resource: id, decision: 'copy' })]);
    expect(await copiesThere(setting)).toEqual([
      expect.objectContaining({ 'groundskeeper:copy-of': `us-east-1/${id}`, 'groundskeeper:tier': 'daily' }),
    ]);
    const settled = await setting.run('copy-backups.every-ten-minutes.json');
    expect(settled.outcomes).toEqual([expect.objectContaining({ resource: id, decision: 'settle' })]);
    const [original] = await setting.account.snapshots();
    expect(original?.tags['groundskeeper:copies']).toBe(`${there}:done`);
    expect(await setting.account.ledgerRows()).toHaveLength(2);
  },
  'copy-backups.by-hand.json': async (setting) => {
    const { run, sample, start } = setting;
    const id = await seedBackup(setting);
    // It names a snapshot that this account does not have.
    expect((await run('copy-backups.by-hand.json')).outcomes).toEqual([
      expect.objectContaining({ decision: 'keep', reason: 'not-found' }),
    ]);
    const here = await start('copy-backups', withId(sample('copy-backups.by-hand.json'), id));
    expect(here).toMatchObject({ dryRun: true, summary: { withheld: 1 } });
    expect(await copiesThere(setting)).toEqual([]);
  },
  'copy-backups.completed.json': async (setting) => {
    const { run, sample, start } = setting;
    const id = await seedBackup(setting);
    expect(await run('copy-backups.completed.json')).toMatchObject({ summary: { done: 0, kept: 1 } });
    const copied = await start('copy-backups', withId(sample('copy-backups.completed.json'), id));
    expect(copied).toMatchObject({ summary: { done: 1 } });
    expect(await copiesThere(setting)).toHaveLength(1);
  },
};
