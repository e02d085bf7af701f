import {
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { copyBackups } from '../../../functions/copy-backups/run.ts';
import { databaseSnapshotId } from '../../../shared/backups/db-snapshot-id.ts';
import type { Scenario } from '../scenario.ts';
import { credentials, owner, region, type World } from '../world.ts';
import {
  backupOn,
  copied,
  days,
  event,
  handlerOf,
  settledCopies,
  start,
  wanted,
} from './copy-backups-seeds.ts';
import { runMeanwhile } from './meanwhile.ts';
import { rowOf, tagsOf } from './seeds.ts';

const databaseSlot = 'data/daily/2026-11-19T02:15:00Z';

/** A snapshot of a database as take-db-snapshots makes them, with its row. */
async function makeDatabaseSnapshot(world: World, type: 'db' | 'cluster', name: string): Promise<string> {
  const rds = new RDSClient({ region, credentials, endpoint: world.sandbox.url });
  const backup = { ...backupOn(`${type}:${name}`, '19'), slot: databaseSlot };
  const id = databaseSnapshotId({ owner, slot: databaseSlot, source: backup.source });
  const tags = { ...tagsOf(backup), ...wanted };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const login = { Engine: 'aurora-mysql', MasterUsername: 'admin', MasterUserPassword: 'not-a-secret' };
  world.time.moveTo(new Date('2026-11-19T02:15:00Z'));
  if (type === 'cluster') {
    const DBClusterIdentifier = name;
    await rds.send(new CreateDBClusterCommand({ DBClusterIdentifier, StorageEncrypted: true, ...login }));
    const names = { DBClusterIdentifier, DBClusterSnapshotIdentifier: id };
    await rds.send(new CreateDBClusterSnapshotCommand({ ...names, Tags }));
  } else {
    const DBInstanceIdentifier = name;
    const size = { DBInstanceClass: 'db.t3.micro', AllocatedStorage: 20 };
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier, ...size, ...login, Engine: 'mysql' }));
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: id, Tags }));
  }
  const kind = type === 'db' ? 'db-snapshot' : 'cluster-snapshot';
  await world.ledger.put([{ ...rowOf(backup, id), kind }]);
  return id;
}

/** Of an instance and of an encrypted cluster: one each whose copy stands unseen, one that is awaited. */
export const databaseCopies: Scenario = {
  name: 'copy-backups/databases',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    const standing = [
      await makeDatabaseSnapshot(world, 'db', 'orders'),
      await makeDatabaseSnapshot(world, 'cluster', 'shop'),
    ];
    await runMeanwhile(world, copyBackups, event);
    const awaited = [
      await makeDatabaseSnapshot(world, 'db', 'mail'),
      await makeDatabaseSnapshot(world, 'cluster', 'wiki'),
    ];
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return {
      event,
      settled: (seen) => [...copied([...standing, ...awaited], seen), ...settledCopies(standing, seen)],
    };
  },
};
