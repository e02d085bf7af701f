/** Each sample in events/ does, in an account that has what it speaks of, what its name says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttachVolumeCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { InvocationContext } from '../../shared/entrypoint.ts';
import type { Report } from '../../shared/report.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { access, RawAccount } from './account.ts';

type Handler = (payload: unknown, context: InvocationContext) => Promise<Report>;

const owner = 'groundskeeper-events';
const folder = join(import.meta.dirname, '../../events');
const handlers = new Map<string, Handler>();
let sandbox: Sandbox;
let account: RawAccount;

beforeAll(async () => {
  sandbox = await startSandbox();
  account = new RawAccount(sandbox, owner);
  Object.assign(process.env, {
    GROUNDSKEEPER_OWNER: owner,
    GROUNDSKEEPER_LEDGER: 'simpledb',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
  });
  for (const name of ['take-snapshots', 'expire-backups', 'reconcile-ledger']) {
    const module = (await import(`../../functions/${name}/handler.ts`)) as { handler: Handler };
    handlers.set(name, module.handler);
  }
});

afterAll(() => sandbox?.close());

let volume: string;

beforeEach(async () => {
  await sandbox.reset();
  volume = await account.createVolume({ Backup: 'data' });
});

const sample = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));

async function start(name: string, payload: unknown): Promise<Report> {
  const handler = handlers.get(name);
  if (!handler) throw new Error(`${name} is no function`);
  return handler(payload, { awsRequestId: 'by-hand', getRemainingTimeInMillis: () => 900_000 });
}

const run = (file: string): Promise<Report> => start(file.slice(0, file.indexOf('.')), sample(file));

/** A backup of `volume` that is past its time, beside one that is not. */
async function seedDueBackup(): Promise<void> {
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

/** What each sample is to do: the volumes it takes, the snapshots that stand after it. */
const cases: Record<string, () => Promise<void>> = {
  'take-snapshots.daily.json': async () => {
    expect(await run('take-snapshots.daily.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ source: volume, tier: 'daily' })]);
  },
  'take-snapshots.by-hand.json': async () => {
    expect(await run('take-snapshots.by-hand.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ source: volume, tier: 'manual' })]);
  },
  'take-snapshots.dry-run.json': async () => {
    expect(await run('take-snapshots.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { withheld: 1 },
    });
    expect(await account.snapshots()).toEqual([]);
    expect(await account.ledgerRows()).toEqual([]);
  },
  'take-snapshots.before-upgrade.json': async () => {
    const database = await startDatabase();
    const report = await run('take-snapshots.before-upgrade.json');
    const sources = report.outcomes.map(({ resource }) => resource);
    expect(sources).toContain(database);
    expect(sources).not.toContain(volume);
    expect(report.summary).toMatchObject({ done: sources.length, failed: 0 });
  },
  'expire-backups.hourly.json': async () => {
    await seedDueBackup();
    expect(await run('expire-backups.hourly.json')).toMatchObject({ summary: { done: 1 } });
    expect(await account.snapshots()).toEqual([expect.objectContaining({ tier: 'newer' })]);
  },
  'expire-backups.dry-run.json': async () => {
    await seedDueBackup();
    expect(await run('expire-backups.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { withheld: 1 },
    });
    expect(await account.snapshots()).toHaveLength(2);
  },
  'expire-backups.release-source.json': async () => {
    await seedDueBackup();
    // It names a volume that this account does not have: nothing else is touched.
    expect(await run('expire-backups.release-source.json')).toMatchObject({ summary: { done: 0 } });
    expect(await account.snapshots()).toHaveLength(2);
    const here = { ...(sample('expire-backups.release-source.json') as object), sources: [volume] };
    expect(await start('expire-backups', here)).toMatchObject({ summary: { done: 1 } });
  },
  'reconcile-ledger.hourly.json': async () => {
    await run('take-snapshots.daily.json');
    const report = await run('reconcile-ledger.hourly.json');
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ resource: 'data/monthly', decision: 'measure' }),
    );
  },
  'reconcile-ledger.retag.json': async () => {
    await start('take-snapshots', { ...(sample('take-snapshots.daily.json') as object), keep: '1 month' });
    const [before] = await account.snapshots();
    const report = await run('reconcile-ledger.retag.json');
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ resource: before?.id, decision: 'retag', outcome: 'done' }),
    );
  },
  'reconcile-ledger.by-hand.json': async () => {
    await run('take-snapshots.daily.json');
    const report = await run('reconcile-ledger.by-hand.json');
    expect(report.outcomes).toEqual([expect.objectContaining({ decision: 'keep', reason: 'agrees' })]);
  },
};

/** @returns its data volume. */
async function startDatabase(): Promise<string> {
  const { Instances } = await account.ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Role', Value: 'database' }] }],
    }),
  );
  const VolumeId = await account.createVolume({});
  const InstanceId = Instances?.[0]?.InstanceId;
  await account.ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: '/dev/sdf' }));
  return VolumeId;
}

it('every sample is tested here', () => {
  expect(Object.keys(cases).sort()).toEqual(readdirSync(folder).sort());
});

it.each(Object.entries(cases))('%s works as it is', (_, test) => test());
