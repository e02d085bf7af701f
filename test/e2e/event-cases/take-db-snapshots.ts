import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  type DBSnapshot,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { expect } from 'vitest';
import { access } from '../account.ts';
import type { Cases, Setting } from './setting.ts';

const login = { MasterUsername: 'admin', MasterUserPassword: 'correct-horse' };
const Tags = [{ Key: 'Backup', Value: 'yes' }];

/** The instance `orders` and the Aurora cluster `shop`. */
async function makeDatabases({ sandbox }: Setting): Promise<RDSClient> {
  const rds = new RDSClient({ ...access, endpoint: sandbox.url });
  const instance = { DBInstanceIdentifier: 'orders', DBInstanceClass: 'db.t4g.micro', AllocatedStorage: 20 };
  await rds.send(new CreateDBInstanceCommand({ ...login, ...instance, Engine: 'postgres', Tags }));
  const cluster = { DBClusterIdentifier: 'shop', Engine: 'aurora-postgresql' };
  await rds.send(new CreateDBClusterCommand({ ...login, ...cluster, Tags }));
  return rds;
}

/** The databases that have a manual snapshot, with its tier. */
async function snapshots(rds: RDSClient): Promise<(readonly [string | undefined, string | undefined])[]> {
  const manual = { SnapshotType: 'manual' };
  const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand(manual));
  const { DBClusterSnapshots = [] } = await rds.send(new DescribeDBClusterSnapshotsCommand(manual));
  const tierOf = ({ TagList = [] }: Pick<DBSnapshot, 'TagList'>) =>
    TagList.find(({ Key }) => Key === 'groundskeeper:tier')?.Value;
  return [
    ...DBSnapshots.map((one) => [one.DBInstanceIdentifier, tierOf(one)] as const),
    ...DBClusterSnapshots.map((one) => [one.DBClusterIdentifier, tierOf(one)] as const),
  ];
}

export const takeDbSnapshotsCases: Cases = {
  'take-db-snapshots.daily.json': async (setting) => {
    const rds = await makeDatabases(setting);
    expect(await setting.run('take-db-snapshots.daily.json')).toMatchObject({ summary: { done: 2 } });
    expect(await snapshots(rds)).toEqual([
      ['orders', 'daily'],
      ['shop', 'daily'],
    ]);
    expect((await setting.account.ledgerRows()).map(({ kind, source }) => [kind, source]).sort()).toEqual([
      ['cluster-snapshot', 'cluster:shop'],
      ['db-snapshot', 'db:orders'],
    ]);
  },
  'take-db-snapshots.before-upgrade.json': async (setting) => {
    const rds = await makeDatabases(setting);
    expect(await setting.run('take-db-snapshots.before-upgrade.json')).toMatchObject({
      summary: { done: 2 },
    });
    expect(await snapshots(rds)).toEqual([
      ['orders', 'manual'],
      ['shop', 'manual'],
    ]);
  },
  'take-db-snapshots.dry-run.json': async (setting) => {
    const rds = await makeDatabases(setting);
    expect(await setting.run('take-db-snapshots.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { withheld: 2 },
    });
    expect(await snapshots(rds)).toEqual([]);
    expect(await setting.account.ledgerRows()).toEqual([]);
  },
};
