/** The buckets of sites: private, encrypted, and left standing by whatever becomes of the stack. */
import { changesFolder, ownFolder } from '../sites/keys.ts';
import { releasesId, siteResourceId } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { distributionsOf, type Site } from './site.ts';
import { distributionArn } from './site-arns.ts';
import { arnOf, filledIn, type Resource, type Resources, ref } from './template.ts';

/** How long an archive can be published again that was uploaded over, or deleted. */
const noncurrentDays = 90;

export function siteBucketResources({ sites }: Pick<Plan, 'sites'>): Resources {
  const usesOwn = sites.every(({ releases }) => releases.bucket !== undefined);
  return {
    ...(!usesOwn && {
      [releasesId('Bucket')]: bucket(releasesProperties),
      [releasesId('BucketPolicy')]: bucketPolicy(releasesId('Bucket'), []),
    }),
    ...Object.fromEntries(sites.filter((site) => site.bucket === undefined).flatMap(siteBucket)),
  };
}

function siteBucket(site: Site): [string, Resource][] {
  const id = siteResourceId(site.name, 'Bucket');
  return [
    // No versions: what was published is published again from its archive.
    [id, bucket({ LifecycleConfiguration: { Rules: [unfinishedUploads, oldChanges(site)] } })],
    [siteResourceId(site.name, 'BucketPolicy'), bucketPolicy(id, readersOf(site))],
  ];
}

/** Amazon S3 user guide, "Lifecycle configuration elements". */
const unfinishedUploads = {
  Id: 'unfinished-uploads',
  Status: 'Enabled',
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
};

/** Who was to read them has done so, or has given up: no queue keeps an event for longer than 14 days. */
const oldChanges = ({ prefix }: Site) => ({
  Id: 'old-changes',
  Status: 'Enabled',
  Prefix: `${prefix}${changesFolder}`,
  ExpirationInDays: 30,
});

const releasesProperties = {
  // A rollback may well want the archive that another has taken the place of.
  VersioningConfiguration: { Status: 'Enabled' },
  // S3 then tells EventBridge of each upload: the rules of sync-assets hear it.
  NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  LifecycleConfiguration: {
    Rules: [
      unfinishedUploads,
      {
        Id: 'old-versions',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays },
        ExpiredObjectDeleteMarker: true,
      },
    ],
  },
};

/** SSE-S3 and not KMS, under which an ETag would say nothing of the content. */
const bucket = (more: Record<string, unknown>): Resource => ({
  Type: 'AWS::S3::Bucket',
  DeletionPolicy: 'Retain',
  UpdateReplacePolicy: 'Retain',
  Properties: {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    ...more,
  },
});

const bucketPolicy = (id: string, statements: readonly object[]): Resource => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: {
    Bucket: ref(id),
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        ...statements,
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [arnOf(id), filledIn(`\${${id}.Arn}/*`)],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
});

const cloudFront = { Service: 'cloudfront.amazonaws.com' };

/**
 * Amazon CloudFront developer guide, "Restrict access to an Amazon S3 origin". Without s3:ListBucket, so that
 * nobody is shown what there is; S3 then says 403 of what is not there.
 */
function readersOf(site: Site): object[] {
  const objects = `\${${siteResourceId(site.name, 'Bucket')}.Arn}/${site.prefix}`;
  return [
    {
      Effect: 'Allow',
      Principal: cloudFront,
      Action: 's3:GetObject',
      Resource: filledIn(`${objects}*`),
      Condition: {
        StringEquals: {
          'AWS:SourceArn': (distributionsOf(site) ?? []).map((id) => filledIn(distributionArn(id))),
        },
      },
    },
    // Which release stands, and what it is made of, is nobody's business.
    {
      Effect: 'Deny',
      Principal: cloudFront,
      Action: 's3:GetObject',
      Resource: filledIn(`${objects}${ownFolder}*`),
    },
  ];
}
