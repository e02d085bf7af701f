/** What the local AWS promises of RDS, through the client that others use. */
import {
  AddTagsToResourceCommand,
  CopyDBClusterSnapshotCommand,
  CopyDBSnapshotCommand,
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
let home: RDSClient;
let away: RDSClient;

const client = (region: string) =>
  new RDSClient({
    endpoint: sandbox.url,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

const nine = new Date('2026-03-01T09:00:00.000Z');
const later = (seconds: number) => new Date(nine.getTime() + seconds * 1000);

beforeAll(async () => {
  sandbox = await startSandbox();
  home = client('us-east-1');
  away = client('eu-west-1');
});

beforeEach(async () => {
  await sandbox.reset();
  sandbox.setTime(nine);
});

afterAll(async () => {
  home?.destroy();
  away?.destroy();
  await sandbox?.close();
});

const login = { MasterUsername: 'admin', MasterUserPassword: 'correct-horse' };

const makeInstance = (DBInstanceIdentifier = 'orders', StorageEncrypted = false) =>
  home.send(
    new CreateDBInstanceCommand({
      ...login,
      DBInstanceIdentifier,
      DBInstanceClass: 'db.t4g.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      StorageEncrypted,
    }),
  );

const makeCluster = (DBClusterIdentifier = 'shop') =>
  home.send(new CreateDBClusterCommand({ ...login, DBClusterIdentifier, Engine: 'aurora-postgresql' }));

const take = (id: string, DBInstanceIdentifier = 'orders') =>
  home.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: id }));

const takeOfCluster = (id: string, DBClusterIdentifier = 'shop') =>
  home.send(new CreateDBClusterSnapshotCommand({ DBClusterIdentifier, DBClusterSnapshotIdentifier: id }));

const arnOf = (id: string) => `arn:aws:rds:us-east-1:123456789012:snapshot:${id}`;

const copy = (id: string, KmsKeyId?: string) =>
  away.send(
    new CopyDBSnapshotCommand({
      SourceDBSnapshotIdentifier: arnOf(id),
      TargetDBSnapshotIdentifier: id,
      ...(KmsKeyId && { KmsKeyId }),
    }),
  );

async function manual(rds = home) {
  const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
  return (DBSnapshots ?? []).map(({ DBSnapshotIdentifier, Status }) => [DBSnapshotIdentifier, Status]);
}

async function statusOf(id = 'orders') {
  const { DBInstances } = await home.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
  return DBInstances?.[0]?.DBInstanceStatus;
}

describe('a snapshot', () => {
  test('is available at once unless it is told to be slow', async () => {
    await makeInstance();
    await take('now');
    expect(await manual()).toEqual([['now', 'available']]);
  });

  test('is creating, without a time, until the account’s clock has gone on; its database is backing up', async () => {
    await makeInstance();
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    const { DBSnapshot } = await take('slow');
    expect(DBSnapshot).toMatchObject({ Status: 'creating' });
    expect(DBSnapshot?.SnapshotCreateTime).toBeUndefined();
    expect(await statusOf()).toBe('backing-up');
    sandbox.setTime(later(60));
    const { DBSnapshots } = await home.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: 'slow' }));
    expect(DBSnapshots?.[0]).toMatchObject({ Status: 'available', SnapshotCreateTime: nine });
    expect(await statusOf()).toBe('available');
  });

  test.each([
    ['that is slow to fail', () => sandbox.slowSnapshots({ pendingSeconds: 0, endState: 'error' })],
    ['of a database whose snapshots fail', () => sandbox.failSnapshotsOf('db:orders', true)],
  ])('%s ends as failed', async (_what, prepare) => {
    await makeInstance();
    prepare();
    await take('bad');
    expect(await manual()).toEqual([['bad', 'failed']]);
  });

  test.each(['1st', 'a--b', 'a-', 'with_underscore', `a${'b'.repeat(255)}`])(
    'may not be called %s',
    async (id) => {
      await makeInstance();
      await expect(take(id)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    },
  );

  test('of a cluster has a name of 63 characters at most', async () => {
    await makeCluster();
    await expect(takeOfCluster('c'.repeat(64))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await takeOfCluster('c'.repeat(63));
  });

  test('is refused while another one of the database is made, but said to be there already if it is itself', async () => {
    await makeInstance();
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    await take('first');
    await expect(take('second')).rejects.toMatchObject({ name: 'InvalidDBInstanceStateFault' });
    await expect(take('first')).rejects.toMatchObject({ name: 'DBSnapshotAlreadyExistsFault' });
  });

  test.each(['modifying', 'stopped', 'backing-up'])(
    'is refused of a database that is %s, and shown so',
    async (state) => {
      await makeInstance();
      await makeCluster();
      sandbox.setDatabaseState('db:orders', state);
      sandbox.setDatabaseState('cluster:shop', state);
      await expect(take('no')).rejects.toMatchObject({ name: 'InvalidDBInstanceStateFault' });
      await expect(takeOfCluster('no')).rejects.toMatchObject({ name: 'InvalidDBClusterStateFault' });
      expect(await statusOf()).toBe(state);
      const { DBClusters } = await home.send(new DescribeDBClustersCommand({}));
      expect(DBClusters?.[0]?.Status).toBe(state);
      sandbox.setDatabaseState('db:orders', undefined);
      await take('yes');
    },
  );

  test('is refused past the quota of manual ones, each type for itself; automated ones do not count', async () => {
    await makeInstance();
    await makeCluster();
    sandbox.limitDatabaseSnapshots(1);
    await take('one');
    await expect(take('two')).rejects.toMatchObject({
      name: 'SnapshotQuotaExceededFault',
      message: expect.stringContaining('more than 1 manual snapshots'),
    });
    await takeOfCluster('one');
  });

  test('is refused past the quota, too, where several are asked for at once', async () => {
    await makeInstance();
    sandbox.limitDatabaseSnapshots(2);
    const asked = await Promise.allSettled(['one', 'two', 'three'].map((id) => take(id)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });
});

describe('a deletion', () => {
  test('is refused while the snapshot is made, and takes what has failed', async () => {
    await makeInstance();
    sandbox.slowSnapshots({ pendingSeconds: 60, endState: 'error' });
    await take('slow');
    const remove = () => home.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: 'slow' }));
    await expect(remove()).rejects.toMatchObject({ name: 'InvalidDBSnapshotStateFault' });
    sandbox.setTime(later(60));
    await remove();
    expect(await manual()).toEqual([]);
    await expect(remove()).rejects.toMatchObject({ name: 'DBSnapshotNotFoundFault' });
  });

  test('is refused of an automated snapshot', async () => {
    await makeInstance();
    const { DBSnapshots } = await home.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'automated' }));
    const DBSnapshotIdentifier = DBSnapshots?.[0]?.DBSnapshotIdentifier ?? '';
    expect(DBSnapshotIdentifier).toMatch(/^rds:/);
    await expect(home.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }))).rejects.toMatchObject({
      name: 'InvalidDBSnapshotStateFault',
    });
  });

  test('is refused of a cluster’s snapshot while it is made', async () => {
    await makeCluster();
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    await takeOfCluster('slow');
    const remove = () =>
      home.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: 'slow' }));
    await expect(remove()).rejects.toMatchObject({ name: 'InvalidDBClusterSnapshotStateFault' });
    sandbox.setTime(later(60));
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'DBClusterSnapshotNotFoundFault' });
  });
});

describe('a copy to another region', () => {
  test('is copying, then available, and says where it is from', async () => {
    await makeInstance();
    await take('daily');
    sandbox.slowCopies({ pendingSeconds: 600 });
    await copy('daily');
    expect(await manual(away)).toEqual([['daily', 'copying']]);
    sandbox.setTime(later(600));
    const { DBSnapshots } = await away.send(new DescribeDBSnapshotsCommand({}));
    expect(DBSnapshots?.[0]).toMatchObject({
      Status: 'available',
      DBInstanceIdentifier: 'orders',
      SourceRegion: 'us-east-1',
      SourceDBSnapshotIdentifier: arnOf('daily'),
    });
  });

  test('of a cluster’s snapshot says so, too', async () => {
    await makeCluster();
    await takeOfCluster('daily');
    const SourceDBClusterSnapshotIdentifier = 'arn:aws:rds:us-east-1:123456789012:cluster-snapshot:daily';
    await away.send(
      new CopyDBClusterSnapshotCommand({
        SourceDBClusterSnapshotIdentifier,
        TargetDBClusterSnapshotIdentifier: 'daily',
      }),
    );
    const { DBClusterSnapshots } = await away.send(new DescribeDBClusterSnapshotsCommand({}));
    expect(DBClusterSnapshots?.[0]).toMatchObject({
      Status: 'available',
      SourceDBClusterSnapshotArn: SourceDBClusterSnapshotIdentifier,
    });
  });

  test('is refused of what is not available or not there', async () => {
    await makeInstance();
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    await take('slow');
    await expect(copy('slow')).rejects.toMatchObject({ name: 'InvalidDBSnapshotStateFault' });
    await expect(copy('none')).rejects.toMatchObject({ name: 'DBSnapshotNotFoundFault' });
  });

  test('of an encrypted one needs a key, and fails after the call if that may not be used', async () => {
    await makeInstance('orders', true);
    await take('daily');
    await expect(copy('daily')).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    sandbox.failKmsKey('alias/lost');
    await copy('daily', 'alias/lost');
    expect(await manual(away)).toEqual([['daily', 'failed']]);
  });

  test('is refused where 20 are under way to the region, as AWS words it', async () => {
    await makeInstance();
    sandbox.slowCopies({ pendingSeconds: 600 });
    for (let count = 0; count < 21; count += 1) await take(`daily-${count}`);
    for (let count = 0; count < 20; count += 1) await copy(`daily-${count}`);
    await expect(copy('daily-20')).rejects.toMatchObject({
      name: 'SnapshotQuotaExceededFault',
      message: expect.stringContaining('copy more than 20 snapshots across regions'),
    });
    sandbox.setTime(later(600));
    await copy('daily-20');
  });
});

describe('a list', () => {
  test('comes in pages of 20 to 100, whole and without repetition', async () => {
    await makeInstance();
    const ids = Array.from({ length: 41 }, (_, index) => `daily-${String(index).padStart(2, '0')}`);
    for (const id of ids) await take(id);
    const pages: (string | undefined)[][] = [];
    let Marker: string | undefined;
    do {
      const page = await home.send(
        new DescribeDBSnapshotsCommand({ SnapshotType: 'manual', MaxRecords: 20, ...(Marker && { Marker }) }),
      );
      pages.push((page.DBSnapshots ?? []).map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier));
      Marker = page.Marker;
    } while (Marker);
    expect(pages.map(({ length }) => length)).toEqual([20, 20, 1]);
    expect(pages.flat()).toEqual(ids);
    for (const MaxRecords of [19, 101]) {
      await expect(home.send(new DescribeDBSnapshotsCommand({ MaxRecords }))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    }
  });
});

describe('tags', () => {
  test.each([
    ['of AWS', [{ Key: 'aws:own', Value: '' }]],
    ['with a comma', [{ Key: 'list', Value: 'a,b' }]],
    ['that are too long', [{ Key: 'long', Value: 'x'.repeat(257) }]],
    ['that are too many', Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }))],
  ])('%s are refused', async (_which, Tags) => {
    await makeInstance();
    await take('daily');
    const tag = new AddTagsToResourceCommand({ ResourceName: arnOf('daily'), Tags });
    await expect(home.send(tag)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});
