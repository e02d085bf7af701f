import { expect, test } from 'vitest';
import { copyBackupsJob } from '../../functions/copy-backups/job.ts';
import { narrow } from '../../functions/copy-backups/narrow.ts';
import { EventError } from '../../shared/errors.ts';

const job = copyBackupsJob.parse({
  copies: [{ backup: 'data', region: 'eu-central-1', keep: { daily: '7 days' } }],
});

/** As AWS documents them, with the parts that nobody reads. */
const event = (type: string, detail: object) => ({
  version: '0',
  id: '2dde0eb1-528b-d2d5-9ca6-6d590caf2329',
  'detail-type': type,
  source: 'aws.ec2',
  account: '111122223333',
  time: '2026-03-09T08:14:05Z',
  region: 'eu-west-1',
  resources: ['arn:aws:ec2::eu-west-1:snapshot/snap-01234567'],
  detail,
});

const snapshotEvent = (overrides: object = {}) =>
  event('EBS Snapshot Notification', {
    event: 'createSnapshot',
    result: 'succeeded',
    cause: '',
    'request-id': '',
    snapshot_id: 'arn:aws:ec2::eu-west-1:snapshot/snap-01234567',
    source: 'arn:aws:ec2::eu-west-1:volume/vol-01234567',
    startTime: '2026-03-09T08:00:00Z',
    endTime: '2026-03-09T08:14:00Z',
    ...overrides,
  });

const setEvent = (result: string) =>
  event('EBS Multi-Volume Snapshots Completion Status', {
    event: 'createSnapshots',
    result,
    snapshots: ['snap-01234567', 'snap-012345678'].map((id) => ({
      snapshot_id: `arn:aws:ec2::eu-west-1:snapshot/${id}`,
      source: 'arn:aws:ec2::eu-west-1:volume/vol-01234567',
      status: 'completed',
    })),
  });

const databaseEvent = (type: string, id: string) =>
  event(type, { EventCategories: ['creation'], EventID: id, SourceIdentifier: 'data-daily-orders' });

test.each([
  ['a snapshot', snapshotEvent(), ['snap-01234567']],
  ['a set', setEvent('succeeded'), ['snap-01234567', 'snap-012345678']],
  ['a database snapshot', databaseEvent('RDS DB Snapshot Event', 'RDS-EVENT-0042'), ['data-daily-orders']],
  [
    'a cluster snapshot',
    databaseEvent('RDS DB Cluster Snapshot Event', 'RDS-EVENT-0075'),
    ['data-daily-orders'],
  ],
])('the completion of %s narrows the job to it', (_, completion, resources) => {
  expect(narrow(job, completion)).toEqual({ ...job, resources });
});

test.each([
  ['a snapshot that failed', snapshotEvent({ result: 'failed' })],
  ['a copy that came here', snapshotEvent({ event: 'copySnapshot' })],
  ['a snapshot that was shared', snapshotEvent({ event: 'shareSnapshot' })],
  ['a set that failed', setEvent('failed')],
  ['an automated database snapshot', databaseEvent('RDS DB Snapshot Event', 'RDS-EVENT-0091')],
  ['a cluster snapshot that begins', databaseEvent('RDS DB Cluster Snapshot Event', 'RDS-EVENT-0074')],
])('there is nothing to do for %s', (_, other) => {
  expect(narrow(job, other)).toBeUndefined();
});

test.each([
  [
    'another event',
    event('EC2 Instance State-change Notification', { state: 'running' }),
    /EC2 Instance State/,
  ],
  ['no event at all', 'nothing', /expected one of "EBS Snapshot Notification"/],
  [
    'a detail that lacks the snapshot',
    event('EBS Snapshot Notification', { event: 'createSnapshot' }),
    /snapshot_id/,
  ],
  ['a name that every object has', event('constructor', {}), /expected one of/],
])('%s is refused with what was expected', (_, wrong, message) => {
  expect(() => narrow(job, wrong)).toThrow(EventError);
  expect(() => narrow(job, wrong)).toThrow(message);
});
