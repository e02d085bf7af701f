import { describe, expect, it, test } from 'vitest';
import { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import { reconcileLedgerJob } from '../../functions/reconcile-ledger/job.ts';
import { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { anExpireJob, aVolume } from '../builders.ts';

const volume = aVolume().id;
const selector = { ids: [volume] };
const take = { backup: 'data', volumes: selector, keep: '7 days' };
const ids = (count: number, prefix = 'vol') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index.toString(16).padStart(17, '0')}`);

const takes = (job: object) => takeSnapshotsJob.safeParse(job).success;
const selects = (volumes: unknown) => takes({ ...take, volumes });

describe('a job of take-snapshots', () => {
  it('by hand needs no more than a backup, volumes and a retention', () => {
    expect(takeSnapshotsJob.parse(take)).toEqual({
      ...take,
      tier: 'manual',
      copies: [],
      dryRun: false,
    });
  });

  it('of a schedule carries everything', () => {
    const job = {
      ...take,
      tier: 'daily',
      every: '1 day',
      scheduledTime: '2026-11-21T02:15:00Z',
      copies: ['eu-central-1'],
      dryRun: true,
      maxActions: 1,
    };
    expect(takeSnapshotsJob.parse(job)).toEqual(job);
  });

  test.each(['backup', 'volumes', 'keep'] as const)('is refused without %s', (key) => {
    const { [key]: _left, ...rest } = take;
    expect(takes(rest)).toBe(false);
  });

  test.each([
    ['a', true],
    ['data', true],
    ['data-2', true],
    ['x'.repeat(40), true],
    ['x'.repeat(41), false],
    ['', false],
    ['Data', false],
    ['data_2', false],
    ['-data', false],
    ['data-', false],
    ['data--2', false],
    ['data/daily', false],
    ['data\n', false],
    ['constructor', true],
  ])('takes the name %j: %s', (name, valid) => {
    expect(takes({ ...take, backup: name })).toBe(valid);
    expect(takes({ ...take, tier: name })).toBe(valid);
  });

  test.each([
    ['2026-11-21T02:15:00Z', true],
    ['2026-11-21T02:15:00.123Z', true],
    ['2026-11-21T02:15:00', false],
    ['2026-11-21T03:15:00+01:00', false],
    ['2026-11-21', false],
    ['2026-02-30T02:15:00Z', false],
    ['2025-02-29T02:15:00Z', false],
    ['2026-11-21T25:00:00Z', false],
    ['<aws.scheduler.scheduled-time>', false],
    ['', false],
  ])('takes the scheduled time %j: %s', (scheduledTime, valid) => {
    expect(takes({ ...take, scheduledTime })).toBe(valid);
  });

  test.each([
    [1, true],
    [0, false],
    [-1, false],
    [1.5, false],
    ['1', false],
    [null, false],
  ])('takes maxActions %j: %s', (maxActions, valid) => {
    expect(takes({ ...take, maxActions })).toBe(valid);
  });

  it.each(['true', 'false', 0, 1, null])('never reads dryRun %j as yes or no', (dryRun) => {
    expect(takes({ ...take, dryRun })).toBe(false);
  });
});

describe('a volume selector', () => {
  test.each<[string, unknown]>([
    ['ids', { ids: [volume] }],
    ['short ids of old volumes', { ids: ['vol-01234567'] }],
    ['200 ids', { ids: ids(200) }],
    ['tags', { tags: { Backup: ['yes', 'ja'], Env: ['prod'] } }],
    ['an empty tag value', { tags: { Backup: [''] } }],
    ['wildcards in a tag value', { tags: { Backup: ['*', '?', '\\'] } }],
    ['tag keys that objects have by birth', { tags: { constructor: ['x'], toString: ['y'] } }],
    ['a tag key of 128 characters', { tags: { ['k'.repeat(128)]: ['yes'] } }],
    ['a tag value of 256 characters', { tags: { Backup: ['v'.repeat(256)] } }],
  ])('takes %s', (_what, volumes) => {
    expect(selects(volumes)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['201 ids', { ids: ids(201) }],
    ['no ids', { ids: [] }],
    ['an id that is not in a list', { ids: volume }],
    ['an id of something else', { ids: ['snap-0123456789abcdef0'] }],
    ['an id of odd length', { ids: ['vol-0123456789'] }],
    ['an id in capitals', { ids: ['vol-0123456789ABCDEF0'] }],
    ['a wildcard instead of an id', { ids: ['vol-*'] }],
    ['no tags', { tags: {} }],
    ['a tag without values', { tags: { Backup: [] } }],
    ['a tag value that is not in a list', { tags: { Backup: 'yes' } }],
    ['a tag with an empty key', { tags: { '': ['yes'] } }],
    ['a tag key of 129 characters', { tags: { ['k'.repeat(129)]: ['yes'] } }],
    ['a tag value of 257 characters', { tags: { Backup: ['v'.repeat(257)] } }],
    ['201 values of a tag', { tags: { Backup: ids(201) } }],
    ['a number for a tag value', { tags: { Backup: [1] } }],
    ['nothing at all', {}],
    ['ids and tags', { ids: [volume], tags: { Role: ['db'] } }],
    ['instances beside ids', { ids: [volume], instances: { ids: ids(1, 'i') } }],
    ['an unknown key', { ids: [volume], regions: ['eu-west-1'] }],
    ['a list', [volume]],
    ['text', volume],
    ['nothing', null],
  ])('refuses %s', (_what, volumes) => {
    expect(selects(volumes)).toBe(false);
  });
});

describe('a selector of instances', () => {
  const { volumes: _volumes, ...rest } = take;

  test.each<[string, unknown, boolean]>([
    ['by id', { ids: ids(1, 'i') }, true],
    ['by tag', { tags: { Role: ['db'] } }, true],
    ['by volume id', { ids: [volume] }, false],
    ['by nothing', {}, false],
    ['by id and tag', { ids: ids(1, 'i'), tags: { Role: ['db'] } }, false],
  ])('%s', (_what, instances, valid) => {
    expect(takes({ ...rest, instances })).toBe(valid);
    expect(takes({ ...take, instances })).toBe(false);
  });
});

describe('a job of expire-backups', () => {
  it('may be empty', () => {
    expect(anExpireJob({})).toEqual({
      dryRun: false,
      maxDeleteShare: 0.5,
      keepOfGoneSources: 1,
      explain: false,
      regions: [],
    });
  });

  test.each([
    [0.01, true],
    [1, true],
    [0, false],
    [-0.5, false],
    [1.01, false],
    [Number.NaN, false],
    ['0.5', false],
  ])('takes maxDeleteShare %j: %s', (maxDeleteShare, valid) => {
    expect(expireBackupsJob.safeParse({ maxDeleteShare }).success).toBe(valid);
  });

  test.each<[unknown, boolean]>([
    [[volume], true],
    [['vol-01234567'], true],
    [[], false],
    [['snap-0123456789abcdef0'], false],
    [volume, false],
  ])('takes the sources %j: %s', (sources, valid) => {
    expect(expireBackupsJob.safeParse({ sources }).success).toBe(valid);
  });
});

describe('a job of reconcile-ledger', () => {
  const tiers = { daily: { keep: '7 days' } };
  const backup = { backup: 'data', volumes: selector, tiers };
  const valid = (job: unknown) => reconcileLedgerJob.safeParse(job).success;

  it('may be empty', () => {
    expect(reconcileLedgerJob.parse({})).toEqual({
      dryRun: false,
      backups: [],
      retag: false,
      timezone: 'UTC',
      regions: [],
      keepOfGoneSources: 1,
    });
  });

  it('carries backups with what each tier keeps', () => {
    expect(reconcileLedgerJob.parse({ backups: [backup], retag: true })).toMatchObject({
      backups: [backup],
      retag: true,
    });
  });

  test.each<[string, unknown]>([
    ['a bad duration', { ...backup, tiers: { daily: { keep: '7' } } }],
    ['a bad tier name', { ...backup, tiers: { 'Dai ly': tiers.daily } }],
    [
      'a start without a time',
      { ...backup, tiers: { weekly: { keep: '1 month', starts: { every: 'week' } } } },
    ],
    [
      'a day that not every month has',
      { ...backup, tiers: { monthly: { keep: '1 year', starts: { every: 'month', on: 29, at: '02:10' } } } },
    ],
    ['two selectors', { ...backup, images: { ids: ['i-0123456789abcdef0'] } }],
    ['an unknown key', { ...backup, keep: '7 days' }],
    ['no volumes', { backup: 'data', tiers: {} }],
  ])('is refused with %s', (_what, bad) => {
    expect(valid({ backups: [backup, bad] })).toBe(false);
  });

  test.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Europe/Bielefeld', false],
    ['+01:00', false],
    ['', false],
  ])('reckons in the zone %j: %s', (timezone, ok) => {
    expect(valid({ timezone })).toBe(ok);
  });
});
