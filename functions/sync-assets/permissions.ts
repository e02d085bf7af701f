/** What sync-assets calls: its role allows this and nothing else. */
import {
  arnAnywhere,
  arnHere,
  type Permissions,
  theReleaseBuckets,
  theReleaseObjects,
  theSiteBuckets,
  theSiteObjects,
} from '../../shared/plan/permissions.ts';

/** S3 uses a customer's keys with this role's permissions: no one else's way to them is opened. */
const throughS3 = { 'kms:ViaService': 's3.*.amazonaws.com' };

export const permissions: Permissions = {
  statements: [
    {
      // Not narrowed to the prefix: without it S3 answers 403, not 404, where a manifest is not there yet.
      actions: ['s3:ListBucket'],
      resources: [theSiteBuckets, theReleaseBuckets],
    },
    { actions: ['s3:ListBucketMultipartUploads'], resources: [theSiteBuckets] },
    { actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [theReleaseObjects] },
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      resources: [theSiteObjects],
    },
    {
      // A copy of an object onto itself, for its headers, keeps the tags that a person gave it.
      actions: ['s3:GetObjectTagging', 's3:PutObjectTagging'],
      resources: [theSiteObjects],
    },
    { actions: ['events:PutEvents'], resources: [arnHere('events', 'event-bus/default')] },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [arnAnywhere('kms', 'key/*')],
      conditions: { StringLike: throughS3 },
    },
  ],
  ledger: [],
};
