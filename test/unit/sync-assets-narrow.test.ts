import { describe, expect, it, test } from 'vitest';
import { syncAssetsJob } from '../../functions/sync-assets/job.ts';
import { narrow } from '../../functions/sync-assets/narrow.ts';
import { EventError } from '../../shared/errors.ts';

const job = syncAssetsJob.parse({
  site: 'www',
  bucket: 'www-site',
  releases: { bucket: 'releases', prefix: 'www/' },
});

const created = (key: string, bucket = 'releases', more: object = {}) => ({
  'detail-type': 'Object Created',
  source: 'aws.s3',
  time: '2026-03-09T08:14:05Z',
  detail: {
    version: '0',
    bucket: { name: bucket },
    object: { key, size: 5, etag: 'e1', sequencer: '00', ...more },
    reason: 'PutObject',
  },
});

describe('an upload', () => {
  it('of a release is published, that version of it', () => {
    expect(narrow(job, created('www/v 1+ü.zip', 'releases', { 'version-id': 'v1' }))).toEqual({
      ...job,
      archive: {
        bucket: 'releases',
        // As it is: not encoded, as it would be in a notification to SQS.
        key: 'www/v 1+ü.zip',
        etag: 'e1',
        versionId: 'v1',
        uploadedAt: '2026-03-09T08:14:05Z',
      },
    });
  });

  test.each([
    ['of another kind of file', created('www/readme.txt')],
    ['of another site', created('blog/v1.zip')],
    ['to another bucket', created('www/v1.zip', 'elsewhere')],
  ])('%s is nothing to do', (_, event) => {
    expect(narrow(job, event)).toBeUndefined();
  });
});

describe('an event', () => {
  it.each([
    ['of another kind', { ...created('www/v1.zip'), 'detail-type': 'Object Deleted' }],
    ['without an ETag', created('www/v1.zip', 'releases', { etag: undefined })],
    ['that is none', null],
  ])('%s is an error', (_, event) => {
    expect(() => narrow(job, event)).toThrow(EventError);
  });

  it('for a site without releases is an error', () => {
    expect(() => narrow({ ...job, releases: undefined }, created('www/v1.zip'))).toThrow(/"releases"/);
  });
});
