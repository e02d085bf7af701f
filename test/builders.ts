/** Things of the domain with sensible values: a test names only what it is about. */
import { type ExpireBackupsJob, expireBackupsJob } from '../functions/expire-backups/job.ts';
import { type ReconcileLedgerJob, reconcileLedgerJob } from '../functions/reconcile-ledger/job.ts';
import { type TakeSnapshotsJob, takeSnapshotsJob } from '../functions/take-snapshots/job.ts';
import type { Distribution } from '../shared/aws/cloudfront.ts';
import type { Instance } from '../shared/aws/ec2-instances.ts';
import type { Snapshot } from '../shared/aws/ec2-snapshots.ts';
import type { Volume } from '../shared/aws/ec2-volumes.ts';
import type { Database } from '../shared/aws/rds-databases.ts';
import type { StandingBackup } from '../shared/backups/backup.ts';
import { type BackupRow, rowKey } from '../shared/ledger/ledger.ts';
import type { Outcome } from '../shared/report.ts';
import { type Slot, slotId } from '../shared/slot.ts';
import { type Tags, tagKeys } from '../shared/tags.ts';

export const anOwner = 'groundskeeper-test';
export const aRegion = 'eu-west-1';

export const aSlot = (overrides: Partial<Slot> = {}): Slot => ({
  backup: 'data',
  tier: 'daily',
  time: new Date('2026-11-21T02:15:00Z'),
  ...overrides,
});

export const aVolume = (overrides: Partial<Volume> = {}): Volume => ({
  id: 'vol-0123456789abcdef0',
  state: 'in-use',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  attachedTo: [],
  tags: { Name: 'data' },
  ...overrides,
});

/** Runs, with a boot volume and two data volumes. */
export const anInstance = (overrides: Partial<Instance> = {}): Instance => ({
  id: 'i-0123456789abcdef0',
  state: 'running',
  launchedAt: new Date('2026-01-01T00:00:00Z'),
  stoppedAt: undefined,
  stateReason: undefined,
  isStoppable: true,
  type: 't3.micro',
  zone: 'eu-west-1a',
  hibernates: false,
  rootDevice: '/dev/sda1',
  volumes: [
    { id: 'vol-00000000000000001', device: '/dev/sda1' },
    { id: 'vol-00000000000000002', device: '/dev/sdb' },
    { id: 'vol-00000000000000003', device: '/dev/sdc' },
  ],
  tags: { Name: 'web' },
  ...overrides,
});

/** An instance that is no member of a cluster. */
export const aDatabase = (overrides: Partial<Database> = {}): Database => ({
  type: 'db',
  id: 'orders',
  status: 'available',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  memberOf: undefined,
  tags: { Name: 'orders' },
  ...overrides,
});

/** Completed, of `aVolume` in `aSlot`, kept seven days; `tags` are added to ours, and take one away with undefined. */
export function aSnapshot({
  tags = {},
  ...overrides
}: Partial<Omit<Snapshot, 'tags'>> & { tags?: Readonly<Record<string, string | undefined>> } = {}): Snapshot {
  const { backup, tier, time } = aSlot();
  const all = {
    [tagKeys.owner]: anOwner,
    [tagKeys.plan]: backup,
    [tagKeys.tier]: tier,
    [tagKeys.slot]: slotId({ backup, tier, time }),
    [tagKeys.expires]: '2026-11-28T02:15:04.120Z',
    [tagKeys.source]: overrides.volumeId ?? aVolume().id,
    ...tags,
  };
  const defined = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    id: 'snap-0123456789abcdef0',
    volumeId: tags[tagKeys.source] ?? aVolume().id,
    state: 'completed',
    startedAt: new Date('2026-11-21T02:15:05Z'),
    description: `Groundskeeper ${slotId(aSlot())}`,
    isArchived: false,
    ...overrides,
    tags: Object.fromEntries(defined) as Tags,
  };
}

type SomeTags = Readonly<Record<string, string | undefined>>;

/** The backup that `aSnapshot` is; its tags follow `source`, and `tags` are added to them or take one away. */
export function aStandingBackup({
  tags = {},
  ...overrides
}: Partial<Omit<StandingBackup, 'tags'>> & { tags?: SomeTags } = {}): StandingBackup {
  const { source = aVolume().id, id = 'snap-0123456789abcdef0' } = overrides;
  return {
    kind: 'snapshot',
    region: aRegion,
    id,
    source,
    state: 'completed',
    startedAt: new Date('2026-11-21T02:15:05Z'),
    parts: [id],
    ...overrides,
    tags: aSnapshot({ tags: { [tagKeys.source]: source, ...tags } }).tags,
  };
}

/** The row of `aStandingBackup`; its key follows `slot` and `source`. */
export function aRow(overrides: Partial<BackupRow> = {}): BackupRow {
  const { backup, tier } = aSlot();
  const { slot = slotId(aSlot()), source = aVolume().id } = overrides;
  return {
    kind: 'snapshot',
    key: rowKey(slot, source),
    backup,
    tier,
    slot,
    source,
    region: aRegion,
    expires: '2026-11-28T02:15:04.120Z',
    resource: aSnapshot().id,
    ...overrides,
  };
}

/** `aRow` as it stands before its snapshot is created. */
export function anUnresolvedRow(overrides: Partial<Omit<BackupRow, 'resource'>> = {}): BackupRow {
  const { resource: _none, ...row } = aRow(overrides);
  return row;
}

export const anOutcome = (overrides: Partial<Outcome> = {}): Outcome => ({
  resource: 'snap-0123456789abcdef0',
  decision: 'delete',
  reason: 'past-retention',
  outcome: 'done',
  ...overrides,
});

/** A job of take-snapshots as a schedule sends it. */
export const aTakeJob = (overrides: Partial<TakeSnapshotsJob> = {}): TakeSnapshotsJob =>
  takeSnapshotsJob.parse({
    backup: 'data',
    volumes: { ids: [aVolume().id] },
    tier: 'daily',
    keep: '7 days',
    every: '1 day',
    scheduledTime: '2026-11-21T02:15:00Z',
    ...overrides,
  });

export const anExpireJob = (overrides: Partial<ExpireBackupsJob> = {}): ExpireBackupsJob =>
  expireBackupsJob.parse(overrides);

export const aReconcileJob = (overrides: Partial<ReconcileLedgerJob> = {}): ReconcileLedgerJob =>
  reconcileLedgerJob.parse({
    backups: [{ backup: 'data', volumes: { ids: [aVolume().id] }, tiers: { daily: { keep: '7 days' } } }],
    ...overrides,
  });

/** One that shows the bucket `www-site`, and nothing else. */
export const aDistribution = (overrides: Partial<Distribution> = {}): Distribution => ({
  id: 'E1EXAMPLE',
  isEnabled: true,
  origins: [{ id: 'site', domain: 'www-site.s3.eu-west-1.amazonaws.com', path: '' }],
  behaviors: [{ pattern: '*', origins: ['site'], keepsQueries: false }],
  errorResponses: [],
  ...overrides,
});
