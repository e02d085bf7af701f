/** What the bundles' build leaves of AWS's clients does what the whole clients do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AttachVolumeCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CopyDBSnapshotCommand,
  CreateDBInstanceCommand,
  ModifyDBSnapshotAttributeCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as ec2Gateway from '../../shared/aws/ec2.ts';
import type * as volumes from '../../shared/aws/ec2-volumes.ts';
import type * as rdsGateway from '../../shared/aws/rds.ts';
import type * as newSnapshots from '../../shared/aws/rds-new-snapshot.ts';
import { databaseSnapshotId } from '../../shared/backups/db-snapshot-id.ts';
import type * as rdsBackupGateway from '../../shared/backups/rds.ts';
import { ledgerTable } from '../../shared/ledger/dynamodb-table.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { openLedger } from '../../shared/ledger/open-dynamodb.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { access, RawAccount } from './account.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const { deployed }: { deployed: (ledger: string) => BuildOptions } = createRequire(import.meta.url)(
  '../../shared/build/esbuild.cjs',
);
const owner = 'groundskeeper-bundled';
const now = new Date('2026-11-21T12:00:00.000Z');
const clock = { now: () => now, sleep: async () => {} };

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'groundskeeper-clients-'));
});

afterAll(async () => {
  await sandbox?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The module that `contents` exports, bundled as the functions are, or with the SDK as it is. */
async function bundled<Module>(
  contents: string,
  plugins = deployed('dynamodb').plugins ?? [],
): Promise<Module> {
  const { outputFiles } = await build({
    ...deployed('dynamodb'),
    plugins,
    target: 'node20',
    stdin: { contents, resolveDir: project, loader: 'ts' },
    write: false,
  });
  const file = join(folder, `${outputFiles?.[0]?.hash.replace(/\W/g, '_')}.mjs`);
  writeFileSync(file, outputFiles?.[0]?.contents ?? '');
  return (await import(file)) as Module;
}

it('DynamoDB keeps locks and rows, and answers refusals and errors as they are', async () => {
  const client = new DynamoDBClient({ endpoint: sandbox.url, ...access });
  await client.send(new CreateTableCommand({ TableName: owner, ...ledgerTable }));
  const module = await bundled<{ openLedger: typeof openLedger }>(
    "export { openLedger } from './shared/ledger/open.ts';",
  );
  const open = (name: string) =>
    module.openLedger({
      ledger: 'dynamodb',
      owner: name,
      clock,
      endpoint: sandbox.url,
      aws: access,
      onUnreadable: expect.unreachable,
    });
  const ledger = open(owner);
  const slot = 'data/daily/2026-11-21T02:15:00Z';
  const lease = {
    slot,
    holder: 'first',
    now,
    leaseSeconds: 45,
    expires: new Date(now.getTime() + 1_000_000),
  };
  expect(await ledger.acquire(lease)).toEqual({ state: 'acquired' });
  expect(await ledger.acquire({ ...lease, holder: 'second' })).toMatchObject({ state: 'held' });
  expect(await ledger.renew(slot, 'second', now)).toBe(false);

  const row: BackupRow = {
    kind: 'snapshot',
    key: `${slot}/vol-0a`,
    slot,
    source: 'vol-0a',
    region: 'us-east-1',
    backup: 'data',
    tier: 'daily',
    expires: now.toISOString(),
  };
  await ledger.put([row]);
  const due = [];
  for await (const rows of ledger.due(now)) due.push(...rows);
  expect(due).toEqual([row]);

  await expect(open('no-such-table').peek(slot, now)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: expect.stringMatching(/\w/),
    $metadata: { httpStatusCode: 400 },
  });
});

it('DynamoDB is asked where the whole client would ask, account endpoints left out', async () => {
  type Resolver = (parameters: object) => { url: URL };
  const contents =
    "export { defaultEndpointResolver as resolve } from './node_modules/@aws-sdk/client-dynamodb/dist-es/endpoint/endpointResolver.js';";
  const { resolve: whole } = await bundled<{ resolve: Resolver }>(contents, []);
  const { resolve: ours } = await bundled<{ resolve: Resolver }>(contents);
  const outcome = (resolve: Resolver, parameters: object) => {
    try {
      return resolve(parameters).url.href;
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const Region of ['us-east-1', 'eu-central-2', 'cn-north-1', 'us-gov-west-1', 'us-iso-east-1'])
    for (const UseFIPS of [false, true])
      for (const UseDualStack of [false, true])
        for (const Endpoint of [undefined, 'http://127.0.0.1:4566']) {
          const parameters = { Region, UseFIPS, UseDualStack, Endpoint, AccountIdEndpointMode: 'disabled' };
          expect(outcome(ours, parameters), JSON.stringify(parameters)).toBe(outcome(whole, parameters));
        }
});

it('EC2 tells the volumes with a tag', async () => {
  const account = new RawAccount(sandbox, owner);
  const volume = await account.createVolume({ Backup: 'data' });
  const { Instances } = await account.ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
  );
  const InstanceId = Instances?.[0]?.InstanceId;
  await account.ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId, Device: '/dev/sdf' }));
  const { ec2Client, observeVolumes } = await bundled<typeof ec2Gateway & typeof volumes>(
    "export { ec2Client } from './shared/aws/ec2.ts'; export { observeVolumes } from './shared/aws/ec2-volumes.ts';",
  );
  const ec2 = ec2Client({ endpoint: sandbox.url, ...access });
  const patience = { clock, random: Math.random, timeLeft: () => 60_000 };
  const found = await observeVolumes({ ec2, patience }, { tags: { Backup: ['data'] } });
  expect(found.find(({ id }) => id === volume)).toMatchObject({
    attachedTo: [InstanceId],
    tags: { Backup: 'data' },
    createdAt: expect.any(Date),
  });
});

it('RDS takes, tells, tags and deletes snapshots, and answers refusals as they are', async () => {
  const raw = new RDSClient({ endpoint: sandbox.url, ...access });
  const login = { MasterUsername: 'admin', MasterUserPassword: 'correct-horse' };
  const size = { DBInstanceClass: 'db.t4g.micro', AllocatedStorage: 20, Engine: 'postgres' };
  await raw.send(new CreateDBInstanceCommand({ ...login, ...size, DBInstanceIdentifier: 'orders' }));
  const { rdsClient, createDatabaseSnapshot, rdsBackups } = await bundled<
    typeof rdsGateway & typeof newSnapshots & typeof rdsBackupGateway
  >(
    "export { rdsClient } from './shared/aws/rds.ts'; export { createDatabaseSnapshot } from './shared/aws/rds-new-snapshot.ts'; export { rdsBackups } from './shared/backups/rds.ts';",
  );
  const rds = rdsClient({ endpoint: sandbox.url, ...access });
  const place = {
    rds,
    region: 'us-east-1',
    patience: { clock, random: Math.random, timeLeft: () => 60_000 },
  };
  const gateway = rdsBackups(place);
  const slot = 'db/daily/2026-11-21T02:15:00Z';
  const tags = {
    'groundskeeper:owner': owner,
    'groundskeeper:slot': slot,
    'groundskeeper:source': 'db:orders',
  };
  const id = databaseSnapshotId({ owner, slot, source: 'db:orders' });
  const take = (isIt: boolean) =>
    createDatabaseSnapshot(place, {
      database: { type: 'db', id: 'orders', status: 'available' },
      id,
      tags,
      isIt: () => isIt,
    });
  expect(await take(true)).toBe(id);
  expect(await take(true)).toBe(id);
  await expect(take(false)).rejects.toMatchObject({ name: 'IdentifierTakenError' });

  sandbox.limitDatabaseSnapshots(1);
  const another = { database: { type: 'db', id: 'orders', status: 'available' } as const, id: 'other', tags };
  await expect(createDatabaseSnapshot(place, { ...another, isIt: () => true })).rejects.toMatchObject({
    name: 'SnapshotQuotaError',
    message: expect.stringMatching(/"Manual DB instance snapshots".* in the Service Quotas console/),
  });
  sandbox.limitDatabaseSnapshots(100);
  sandbox.setDatabaseState('db:orders', 'modifying');
  await expect(createDatabaseSnapshot(place, { ...another, isIt: () => true })).rejects.toMatchObject({
    name: 'DatabaseBusyError',
  });
  sandbox.setDatabaseState('db:orders', undefined);

  const own = async () => {
    const found = [];
    for await (const page of gateway.own(owner)) found.push(...page);
    return found;
  };
  const [backup] = await own();
  expect(backup).toMatchObject({ id, kind: 'db-snapshot', source: 'db:orders', state: 'completed' });
  if (!backup) return;
  expect(backup.startedAt).toBeInstanceOf(Date);
  expect(await gateway.living(['db:orders', 'db:gone', 'cluster:orders'])).toEqual(new Set(['db:orders']));
  await gateway.tag(backup, { 'groundskeeper:tier': 'weekly' });
  expect((await own())[0]?.tags).toEqual({ ...tags, 'groundskeeper:tier': 'weekly' });

  // A copy by hand, tags and all, is nobody's: it expires by no one's hand but theirs.
  const byHand = { SourceDBSnapshotIdentifier: id, TargetDBSnapshotIdentifier: 'by-hand', CopyTags: true };
  await raw.send(new CopyDBSnapshotCommand(byHand));
  expect((await own()).map((one) => [one.id, one.source])).toEqual([
    ['by-hand', undefined],
    [id, 'db:orders'],
  ]);
  expect([...(await gateway.byId([id, 'no-such-snapshot'])).keys()]).toEqual([id]);

  expect(await gateway.obstacles([backup])).toEqual(new Map());
  const share = { DBSnapshotIdentifier: id, AttributeName: 'restore', ValuesToAdd: ['210987654321'] };
  await raw.send(new ModifyDBSnapshotAttributeCommand(share));
  expect(await gateway.obstacles([backup])).toEqual(new Map([[id, 'shared']]));

  const confirm = async () => {};
  await gateway.delete(backup, confirm);
  await gateway.delete(backup, confirm);
  expect((await own()).map((one) => one.id)).toEqual(['by-hand']);
});
