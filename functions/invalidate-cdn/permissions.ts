/** What invalidate-cdn calls: its role allows this and nothing else. The queue is in its role by itself. */
import {
  arnAnywhere,
  type Permissions,
  theDistributions,
  theSiteBuckets,
  theSiteObjects,
} from '../../shared/plan/permissions.ts';

export const permissions: Permissions = {
  statements: [
    // AWS lets nobody narrow this down.
    { actions: ['cloudfront:ListDistributions'], resources: ['*'] },
    {
      actions: [
        'cloudfront:CreateInvalidation',
        'cloudfront:GetDistributionConfig',
        'cloudfront:GetInvalidation',
      ],
      resources: [theDistributions],
    },
    // The manifest, and lists of changes that were too long for an event.
    { actions: ['s3:GetObject'], resources: [theSiteObjects] },
    // Without it S3 answers 403, not 404, where there is no manifest.
    { actions: ['s3:ListBucket'], resources: [theSiteBuckets] },
    {
      actions: ['kms:Decrypt'],
      resources: [arnAnywhere('kms', 'key/*')],
      conditions: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
    },
  ],
  ledger: [],
};
