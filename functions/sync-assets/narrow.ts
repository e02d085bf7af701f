/** Which archive S3 says was uploaded. */
import * as z from 'zod/mini';
import { EventError } from '../../shared/errors.ts';
import { isArchive, type SyncAssetsJob } from './job.ts';

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; AWS adds fields as it likes: only what
 * is read here must be there. Keys are as they are here; the notifications to SQS and Lambda encode them.
 */
const objectCreated = z.looseObject({
  'detail-type': z.literal('Object Created'),
  time: z.iso.datetime(),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string() }),
    object: z.looseObject({
      key: z.string(),
      etag: z.string(),
      'version-id': z.optional(z.string()),
    }),
  }),
});

/**
 * The job for the archive that was uploaded; undefined if it is another object than a release of the site.
 *
 * @throws EventError if the event is not `Object Created`
 */
export function narrow(job: SyncAssetsJob, event: unknown): SyncAssetsJob | undefined {
  const parsed = objectCreated.safeParse(event);
  if (!parsed.success) {
    throw new EventError(
      `The event is not "Object Created" as S3 documents it:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const { bucket, object } = parsed.data.detail;
  const { releases } = job;
  if (!releases) throw new EventError('The job has no "releases": expected where the archives are uploaded');
  const isRelease =
    bucket.name === releases.bucket && object.key.startsWith(releases.prefix) && isArchive(object.key);
  if (!isRelease) return undefined;
  return {
    ...job,
    archive: {
      bucket: bucket.name,
      key: object.key,
      etag: object.etag,
      versionId: object['version-id'],
      uploadedAt: parsed.data.time,
    },
  };
}
