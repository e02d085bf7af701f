import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import type { RawAccount } from '../account.ts';
import type { Cases } from './setting.ts';

/** An instance with a boot volume and a data volume; answers its id. */
async function startInstance({ ec2 }: RawAccount, role: string): Promise<string> {
  const volume = { Ebs: { VolumeSize: 1 } };
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-00000000000000000',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: ['/dev/sda1', '/dev/sdb'].map((DeviceName) => ({ DeviceName, ...volume })),
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Role', Value: role }] }],
    }),
  );
  return Instances[0]?.InstanceId ?? '';
}

export const takeSnapshotsCases: Cases = {
  'take-snapshots.daily.json': async ({ account, volume, run }) => {
    expect(await run('take-snapshots.daily.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ source: volume, tier: 'daily' })]);
  },
  'take-snapshots.by-hand.json': async ({ account, volume, run }) => {
    expect(await run('take-snapshots.by-hand.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ source: volume, tier: 'manual' })]);
  },
  'take-snapshots.before-upgrade.json': async ({ account, run }) => {
    const instance = await startInstance(account, 'database');
    expect(await run('take-snapshots.before-upgrade.json')).toMatchObject({ summary: { done: 1 } });
    const tags = { 'groundskeeper:source': instance, 'groundskeeper:members': '2' };
    const member = expect.objectContaining({ tags: expect.objectContaining(tags) });
    expect(await account.snapshots()).toEqual([member, member]);
    const [row] = await account.ledgerRows();
    expect(row).toMatchObject({ kind: 'set', source: instance, resource: expect.stringContaining(instance) });
  },
  'take-snapshots.frozen.json': async ({ sandbox, account, run }) => {
    const instance = await startInstance(account, 'web');
    sandbox.setMounts(instance, [{ target: '/var/www', source: '/dev/nvme1n1' }]);
    expect(await run('take-snapshots.frozen.json')).toMatchObject({ summary: { done: 1 } });
    const tags = { 'groundskeeper:source': instance, 'groundskeeper:consistency': 'application' };
    expect(await account.snapshots()).toEqual([
      expect.objectContaining({ tags: expect.objectContaining(tags) }),
    ]);
    const { frozen, snapshots } = await sandbox.instanceOs(instance);
    expect([frozen, snapshots]).toEqual([[], [expect.objectContaining({ frozen: ['/var/www'] })]]);
  },
  'take-snapshots.dry-run.json': async ({ account, run }) => {
    expect(await run('take-snapshots.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { withheld: 1 },
    });
    expect(await account.snapshots()).toEqual([]);
    expect(await account.ledgerRows()).toEqual([]);
  },
};
