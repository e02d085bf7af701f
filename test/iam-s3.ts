/** Which permissions S3's calls need. Service Authorization Reference, Amazon S3; API reference, "Permissions" of each. */
import type { Need } from './iam.ts';
import type { Call } from './sandbox/types.ts';

interface Asking {
  of: (name: string) => string;
  where: string;
}

const home = 'us-east-1';

const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
const need = (action: string, resource: string): Need => ({ action: `s3:${action}`, resource, context: {} });

export function s3Needs({ action, parameters, region = home }: Call): Need[] {
  const needs = byAction[action];
  if (!needs) throw new Error(`iam-s3.ts does not know which permissions S3's ${action} needs`);
  return needs({ of: (name) => String(parameters[name] ?? ''), where: region }, parameters);
}

type Needs = (asking: Asking, parameters: Call['parameters']) => Need[];

const objectIn = ({ of }: Asking): string => `${bucketArn(of('Bucket'))}/${of('Key')}`;

const reading: Needs = (asking) => {
  const action = asking.of('versionId') === '' ? 'GetObject' : 'GetObjectVersion';
  // Without ListBucket S3 answers 403 of what is not there, where 404 is meant.
  return [
    need(action, objectIn(asking)),
    need('ListBucket', bucketArn(asking.of('Bucket'))),
    keyNeed('Decrypt', asking.where),
  ];
};

const writing: Needs = (asking) => [
  need('PutObject', objectIn(asking)),
  // "If-Match … you must have s3:PutObject and s3:GetObject": user guide, "Enforce conditional writes"
  ...(asking.of('IfMatch') === '' ? [] : [need('GetObject', objectIn(asking))]),
  keyNeed('GenerateDataKey', asking.where),
];

/** "you must have permission to the kms:Decrypt and kms:GenerateDataKey actions": API reference, CreateMultipartUpload */
const writingParts: Needs = (asking) => [
  need('PutObject', objectIn(asking)),
  keyNeed('GenerateDataKey', asking.where),
  keyNeed('Decrypt', asking.where),
];

const copying: Needs = (asking, parameters) => [
  ...readingSource(asking),
  ...writing(asking, parameters),
  ...(asking.of('TaggingDirective') === 'REPLACE' ? [] : taggingNeeds(asking)),
];

const readingSource = ({ of, where }: Asking): Need[] => {
  const [source = '', version] = decodeURIComponent(of('CopySource')).replace(/^\//, '').split('?versionId=');
  const action = version === undefined ? 'GetObject' : 'GetObjectVersion';
  return [need(action, bucketArn(source)), keyNeed('Decrypt', where)];
};

/** A copy of an object with tags carries them over. */
const taggingNeeds = (asking: Asking): Need[] => {
  const source = decodeURIComponent(asking.of('CopySource')).replace(/^\//, '').replace(/\?.*/, '');
  return [need('GetObjectTagging', bucketArn(source)), need('PutObjectTagging', objectIn(asking))];
};

const deleting: Needs = (asking) => [
  need('DeleteObject', objectIn(asking)),
  // User guide, "How to perform conditional deletes"
  ...(asking.of('IfMatch') === '' ? [] : [need('GetObject', objectIn(asking))]),
];

const onBucket =
  (action: string): Needs =>
  ({ of }) => [need(action, bucketArn(of('Bucket')))];

const byAction: Readonly<Record<string, Needs>> = {
  GetObject: reading,
  HeadObject: reading,
  PutObject: writing,
  CopyObject: copying,
  DeleteObject: deleting,
  DeleteObjects: (asking, { Keys }) =>
    (Keys as string[]).flatMap((key) =>
      deleting({ ...asking, of: (name) => (name === 'Key' ? key : asking.of(name)) }, {}),
    ),
  GetObjectTagging: (asking) => [need('GetObjectTagging', objectIn(asking))],
  ListObjectsV2: onBucket('ListBucket'),
  CreateMultipartUpload: writingParts,
  UploadPart: writingParts,
  UploadPartCopy: (asking, parameters) => [...readingSource(asking), ...writingParts(asking, parameters)],
  CompleteMultipartUpload: writingParts,
  AbortMultipartUpload: (asking) => [need('AbortMultipartUpload', objectIn(asking))],
  ListMultipartUploads: onBucket('ListBucketMultipartUploads'),
};

/** Buckets may be under a key of the account: S3 then uses it with the caller's rights. */
const keyNeed = (action: string, where: string): Need => ({
  action: `kms:${action}`,
  resource: `arn:aws:kms:${where}:123456789012:key/00000000-0000-0000-0000-000000000000`,
  context: { 'kms:ViaService': `s3.${where}.amazonaws.com` },
});
